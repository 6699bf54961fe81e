import { type FitName, fitWords } from './provider-words.ts';

interface FitFieldProps {
  fit: FitName[];
  setFit: (fit: FitName[]) => void;
  problem: string | undefined;
}

/** The catalogue does not know these models, so a person says what they are good for. */
export function FitField({ fit, setFit, problem }: FitFieldProps) {
  const toggle = (name: FitName) =>
    setFit(fit.includes(name) ? fit.filter((each) => each !== name) : [...fit, name]);
  return (
    <fieldset className="fld">
      <legend className="lab">What it may be trusted with</legend>
      <div className="fits">
        {(Object.keys(fitWords) as FitName[]).map((name) => (
          <label key={name}>
            <input type="checkbox" checked={fit.includes(name)} onChange={() => toggle(name)} />
            {fitWords[name]}
          </label>
        ))}
      </div>
      <p className={`hint${problem ? ' s-failed' : ''}`} role={problem ? 'alert' : undefined}>
        {problem ?? 'A goal needs a model that may plan and write.'}
      </p>
    </fieldset>
  );
}
