/** The lines of a text that is too long for one, broken at spaces or commas; what goes on is indented. A long word stays whole. */
export function wrapText(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const end = Math.max(text.lastIndexOf(' ', width - 1), text.lastIndexOf(',', width - 1)) + 1;
  const [first, rest] = [text.slice(0, end), text.slice(end)];
  return end < 20 ? [text] : [first.trimEnd(), ...wrapText(`  ${rest}`, width)];
}
