/** For debug, by which axios's proxy agent would tell what it does. It looks at the terminal and its colours when loaded. */
export default function silent(): () => void {
  return () => undefined;
}
