// The Link header (RFC 8288): where the next page is, and whether there are pages at all.

const LINK = /<([^>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))?)*)/g;
const PARAMETER = /;\s*([\w*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+)))?/g;

interface Link {
  readonly target: string;
  /** In lower case. */
  readonly relations: readonly string[];
}

/** The target of the first link to the next page, as it is written: perhaps relative. */
export function nextLink(header: string | undefined): string | undefined {
  return linksOf(header).find(({ relations }) => relations.includes('next'))?.target;
}

/** Whether the header belongs to one page of several. */
export function isPage(header: string | undefined): boolean {
  const ofPages = ['next', 'prev', 'previous', 'first', 'last'];
  return linksOf(header).some(({ relations }) => relations.some((name) => ofPages.includes(name)));
}

function linksOf(header = ''): Link[] {
  return [...header.matchAll(LINK)].flatMap(([, target = '', text = '']) => {
    const parameters = [...text.matchAll(PARAMETER)].map(
      ([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? ''] as const,
    );
    // With an anchor the link is about another resource.
    if (parameters.some(([name]) => name === 'anchor')) return [];
    const relations = parameters.find(([name]) => name === 'rel')?.[1] ?? '';
    return [{ target, relations: relations.toLowerCase().split(/\s+/) }];
  });
}
