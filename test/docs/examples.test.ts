import { readFileSync } from 'node:fs';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';

const stackValues: Record<string, string> = {
  SpotAccountId: 'act-1a2b3c4d',
  RevisionBucket: 'shop-releases',
  RevisionKey: 'shop/shop.zip',
};

/** Each UserParameters of the file, as CodePipeline passes it on. */
function userParametersIn(file: string): string[] {
  return Array.from(readFileSync(file, 'utf8').matchAll(/UserParameters: !Sub >-\n([\s\S]*?\})\n/g), ([, text = '']) =>
    text
      .replace(/\$\{(\w+)\}/g, (_, name: string) => stackValues[name] ?? (name.endsWith('GroupId') ? 'sig-1' : 'shop'))
      .replace(/#\{[^}]*\}/g, '0123456789abcdef0123456789abcdef'),
  );
}

test.each([
  ['examples/pipeline.yaml', 1],
  ['examples/canary-pipeline.yaml', 2],
])('%s passes on UserParameters that are accepted', (file, count) => {
  const texts = userParametersIn(file);
  expect(texts).toHaveLength(count);
  for (const text of texts) {
    expect(parseUserParameters(text, { inputArtifacts: [] }, {})).toMatchObject({ ok: true, warnings: [] });
    expect(text.length).toBeLessThanOrEqual(1000);
  }
});
