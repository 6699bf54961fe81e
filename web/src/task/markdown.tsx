import ReactMarkdown from 'react-markdown';

/** What a model wrote: no HTML, no pictures from elsewhere, links leave the page and say nothing of it. */
export function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown
      disallowedElements={['img']}
      components={{
        a: ({ href, children }) => (
          <a className="link" href={href} target="_blank" rel="noreferrer nofollow">
            {children}
          </a>
        ),
        // The page has its own headings above.
        h1: ({ children }) => <h3 className="md1">{children}</h3>,
        h2: ({ children }) => <h4 className="md2">{children}</h4>,
        h3: ({ children }) => <h5>{children}</h5>,
      }}
    >
      {text}
    </ReactMarkdown>
  );
}
