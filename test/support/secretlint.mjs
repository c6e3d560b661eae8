// Reads a JSON list of texts, and writes, for each, what secretlint's recommended rules find in it. A process of its own,
// since Jest runs CommonJS and secretlint is an ES module.
import { text } from 'node:stream/consumers';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };
const found = [];
for (const content of JSON.parse(await text(process.stdin))) {
  const source = { filePath: 'log.txt', content, contentType: 'text', ext: '.txt' };
  const { messages } = await lintSource({ source, options: { config } });
  found.push(messages.map(({ messageId }) => messageId));
}
process.stdout.write(JSON.stringify(found));
