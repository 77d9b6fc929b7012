// The little that is needed of a parsed page's tree, without recursion: pages of strangers nest as deep as they like.
import type { AnyNode, Element, Text } from 'domhandler';

const MAX_NODES = 100_000;
/** Elements whose text stands apart from the text around them. */
export const BLOCKS = new Set(
  (
    'address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption figure ' +
    'footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section select summary table tbody ' +
    'td tfoot th thead tr ul'
  ).split(' '),
);

export function isElement(node: AnyNode | null | undefined): node is Element {
  return node !== null && node !== undefined && 'attribs' in node;
}

export function isText(node: AnyNode): node is Text {
  return node.nodeType === 3;
}

export function parentOf(element: Element): Element | null {
  return isElement(element.parent) ? element.parent : null;
}

/** Number of elements above; the walk keeps it below 512. */
export function depthOf(element: Element): number {
  let depth = 0;
  for (let at = parentOf(element); at !== null; at = parentOf(at)) depth++;
  return depth;
}

export function nearestBlock(element: Element | null): Element | null {
  let at = element;
  while (at !== null && !BLOCKS.has(at.name)) at = parentOf(at);
  return at;
}

/** All text below an element, without recursion; block ends become `separator`. */
export function textOf(element: Element, separator = ''): string {
  const parts: string[] = [];
  const stack: AnyNode[] = [...element.children].reverse();
  for (let budget = MAX_NODES; budget > 0; budget--) {
    const node = stack.pop();
    if (node === undefined) break;
    if (isText(node)) parts.push(node.data);
    else if (isElement(node)) {
      if (separator !== '' && (node.name === 'br' || BLOCKS.has(node.name))) parts.push(separator);
      for (let at = node.children.length - 1; at >= 0; at--) {
        const child = node.children[at];
        if (child !== undefined) stack.push(child);
      }
    }
  }
  return parts.join('');
}

export function collapse(text: string): string {
  return text.replace(/[\s\u00a0]+/g, ' ').trim();
}
