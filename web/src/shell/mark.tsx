export function Mark() {
  return (
    <span className="mark" aria-hidden="true">
      <svg
        width="12"
        height="12"
        viewBox="0 0 12 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M2 10 6 2l4 8M3.6 7h4.8" />
      </svg>
    </span>
  );
}
