/** What is said while a list is on its way, and, if that takes long, drawn. */
export function Loading({ what }: { what: string }) {
  return (
    <>
      <p className="vh" role="status">
        Loading {what}
      </p>
      <ul className="card late" aria-hidden="true">
        {[62, 48, 71].map((width) => (
          <li key={width}>
            <div className="sr">
              <span className="grow">
                <span className="sk" style={{ width: `${width}%` }} />
                <span className="sk" style={{ width: '38%', marginTop: 8, height: 8 }} />
              </span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
