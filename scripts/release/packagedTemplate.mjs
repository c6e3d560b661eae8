// packaged.yaml: template.yaml for lambda.zip beside it, in place of the source code.
import { isPair, parseDocument } from 'yaml';

const FUNCTION = ['Resources', 'BlueGreenStageFunction'];

/** Nothing is built from it, and what publishing reads names files that a release does not have. */
const LEFT_OUT = [
  [...FUNCTION, 'Metadata'],
  ['Metadata', 'AWS::ServerlessRepo::Application'],
];

export function packagedTemplate(text, version) {
  const pairs = pairsOf(text);
  // From the end on, so that the places of the others stay.
  const cuts = LEFT_OUT.map((path) => linesOf(text, pairs(path))).sort((a, b) => b.start - a.start);
  const rest = cuts.reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
  const code = pairsOf(rest)([...FUNCTION, 'Properties', 'CodeUri']).value.range;
  const packaged = `${rest.slice(0, code[0])}lambda.zip${rest.slice(code[1])}`;
  return `# Release ${version}, made from template.yaml. With lambda.zip in the same folder:\n# sam deploy --guided --template-file packaged.yaml\n${packaged}`;
}

function pairsOf(text) {
  const document = parseDocument(text, { logLevel: 'error' }); // it knows none of CloudFormation's tags
  return (path) => {
    const parent = document.getIn(path.slice(0, -1), true);
    const pair = parent?.items?.find((item) => isPair(item) && item.key.value === path.at(-1));
    if (pair === undefined) throw new Error(`template.yaml has no ${path.join('.')}.`);
    return pair;
  };
}

function linesOf(text, { key, value }) {
  const lineStart = (index) => text.lastIndexOf('\n', index - 1) + 1;
  return { start: lineStart(key.range[0]), end: lineStart(value.range[2]) };
}
