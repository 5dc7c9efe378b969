// The shapes in which scanners send the group separator (ASCII 0x1D, the FNC1
// that ends an element: GS1 General Specifications 7.8.3). The server takes
// the character itself; a leading ]C1 and the like stay, it reads them.
export const GS = "\u001d";

const shapes = /\{GS\}|<GS>|\u241d|\^\]/gi;

export function separated(text) {
  return text.replace(shapes, GS);
}
