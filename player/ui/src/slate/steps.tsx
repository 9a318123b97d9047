// What an officer does in front of a slate: three words and three pictures.

import { useApp } from "../state/app";

// A camera that records; a camera before a screen with a code; three seconds on a watch.
const PICTURES = [
  "M8 15h22v20H8zM30 22l10-6v18l-10-6M14 21v.2",
  "M6 18h11v13H6zM17 22l5-3v11l-5-3M30 8h13v30H30zM33 16h3v3h-3zM38 16h2v2h-2zM33 22h2v2h-2zM37 21h3v4h-3zM33 27h7v3h-7zM36.500 34v.2",
  "M25 10a14.500 14.500 0 1 0 0 29a14.500 14.500 0 0 0 0-29M21 5h8M25 5v5M21 19h7l-4 5a4 4 0 1 1-3.500 6",
];

export function SlateSteps() {
  const { t } = useApp();
  return (
    <ol class="slate-how">
      {t.clocks.slate.how.map(([word, line], n) => (
        <li key={word}>
          <svg viewBox="0 0 50 44" aria-hidden="true">
            <path d={PICTURES[n] ?? ""} />
          </svg>
          <strong>{word}</strong>
          <span>{line}</span>
        </li>
      ))}
    </ol>
  );
}
