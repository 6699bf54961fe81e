import { useId } from 'react';

interface NoteFieldProps {
  /** Told to screen readers; what is seen is the placeholder. */
  label: string;
  placeholder: string;
  value: string;
  change: (value: string) => void;
  maxLength: number;
  disabled?: boolean;
}

/** One line beside the buttons of a card. */
export function NoteField({ label, change, ...input }: NoteFieldProps) {
  const id = useId();
  return (
    <>
      <label className="vh" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="inp"
        autoComplete="off"
        {...input}
        onChange={({ target }) => change(target.value)}
      />
    </>
  );
}
