import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

const plugins = [remarkGfm];

/** What a model wrote: no HTML, no pictures from elsewhere, links leave the page and say nothing of it. */
export function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={plugins}
      disallowedElements={['img']}
      components={{
        a: ({ href, children }) => (
          <a className="link" href={href} target="_blank" rel="noreferrer nofollow">
            {children}
          </a>
        ),
        input: ({ checked }) => (checked ? '☑ ' : '☐ '),
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
