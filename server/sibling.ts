// A module beside another, by its name without the extension: `.ts` in a checkout, `.js` in the package.

export function sibling(name: string, from: string): URL {
  return new URL(`./${name}${from.slice(from.lastIndexOf('.'))}`, from);
}
