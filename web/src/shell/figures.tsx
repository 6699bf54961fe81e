export type Figure = readonly [label: string, value: string];

/** Figures in three columns, each under its name. */
export function Figures({ of }: { of: readonly Figure[] }) {
  return (
    <section className="sec" aria-label="Figures">
      <dl className="kv4 ts">
        {of.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="tn">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
