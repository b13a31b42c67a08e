/** A page that stands alone: no script, nothing from elsewhere, and a policy that forbids both. */
import { createHash } from 'node:crypto';
import { html, type Markup, type Part, trusted, written } from './markup.js';
import { STYLE } from './style.js';

/** Only the page's own style, known by its hash: whatever a run may have smuggled in stays without effect. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

export function page(title: string, body: Part): string {
  return written(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`);
}

/** A part of the page under a heading of its own; nothing at all, if there is nothing to say. */
export function section(title: string, body: Markup | null, about: Part = null): Markup | null {
  if (body === null) return null;
  return html`<section><h2>${title}</h2>${about !== null && html`<p class="about">${about}</p>`}
${body}</section>
`;
}
