/** A document's words inside Markdown: nothing in them may become a link, an image, a tag or another style. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*[\]<]/g, '\\$&');
}

export function unescapeMarkdown(markdown: string): string {
  return markdown.replace(/\\([\\`*[\]<])/g, '$1');
}
