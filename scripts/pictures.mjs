// node scripts/pictures.mjs [--out FOLDER]: draws the pictures of the architecture and of the timeline, each for a light and for a dark page.
// The same source gives the same bytes; test/docs/pictures.test.ts compares them with what is in docs/pictures.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArguments, refuse } from './readArguments.mjs';

const { values: options } = readArguments({ options: { out: { type: 'string', default: 'docs/pictures' } } });

const THEMES = {
  light: {
    page: '#ffffff',
    frame: '#d0d7de',
    text: '#1f2328',
    muted: '#59636e',
    line: '#59636e',
    neutral: ['#f6f8fa', '#8c959f'],
    function: ['#fff8c5', '#9a6700'],
    blue: ['#ddf4ff', '#0969da'],
    green: ['#dafbe1', '#1a7f37'],
    red: ['#ffebe9', '#cf222e'],
  },
  dark: {
    page: '#0d1117',
    frame: '#3d444d',
    text: '#f0f6fc',
    muted: '#9198a1',
    line: '#9198a1',
    neutral: ['#212830', '#656c76'],
    function: ['#3b2e05', '#d29922'],
    blue: ['#0c2d6b', '#4493f8'],
    green: ['#0b3b1c', '#3fb950'],
    red: ['#4c1418', '#f85149'],
  },
};
const FONT = '-apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

function architecture(theme) {
  const { box, text, arrow, fleet, number } = shapes(theme);
  const steps = [
    'invokes the function with a job',
    'starts a blue/green deployment',
    'launches green, tags it with the job id',
    'deploys to exactly the tagged instances',
    'installs the revision, then moves the traffic',
    'removes blue',
    'one result: output variables, or the cause of the failure',
  ];
  const legend = steps.flatMap((step, index) => {
    const [x, y] = index < 4 ? [36, 362 + index * 26] : [390, 388 + (index - 4) * 26];
    return [number(x, y, index + 1), text(x + 18, y + 5, step, { size: 14 })];
  });
  return picture(theme, 1020, 476, 'Architecture: who calls whom in a deployment', [
    box(20, 140, 180, 130, 'neutral', 'CodePipeline', ['source', 'build', 'deploy: BlueGreen']),
    box(310, 125, 190, 160, 'function', 'This function', [
      'an AWS Lambda action:',
      'checks, starts, polls,',
      'cleans up, reports',
    ]),
    box(600, 50, 165, 95, 'neutral', 'Spot Elastigroup', ['launches and removes', 'Spot Instances']),
    box(600, 265, 165, 95, 'neutral', 'CodeDeploy', ['runs the revision’s', 'scripts']),
    fleet(850, 40, 'blue', 'Blue fleet', 'old revision'),
    fleet(850, 165, 'green', 'Green fleet', 'new revision'),
    box(850, 325, 130, 60, 'neutral', 'Load balancer', [], 15),
    arrow('M200 180 H302'),
    number(255, 180, 1),
    arrow('M310 232 H208', { dashed: true }),
    number(255, 232, 7),
    arrow('M500 165 C550 165 540 98 592 98'),
    number(546, 131, 2),
    arrow('M765 110 C810 110 800 190 842 190'),
    number(805, 150, 3),
    arrow('M500 245 C550 245 540 312 592 312'),
    number(546, 279, 4),
    arrow('M765 295 C810 295 800 230 842 230'),
    arrow('M765 335 C810 335 800 355 842 355'),
    number(805, 263, 5),
    number(805, 346, 5),
    arrow('M765 80 H842'),
    number(805, 80, 6),
    arrow('M915 325 V268', { kind: 'green' }),
    arrow('M980 355 H1002 V85 H988', { kind: 'blue', dashed: true }),
    arrow('M915 424 V393'),
    text(915, 444, 'your users', { size: 14, anchor: 'middle', muted: true }),
    ...legend,
  ]);
}

/** Times are parts of 100 from the action's start. */
const SUCCESS = {
  title: 'Success',
  lanes: [
    lane('This function', [
      [0, 9, 'function', 'starting'],
      [9, 36, 'function', 'launching'],
      [36, 78, 'function', 'installing'],
      [78, 100, 'function', 'finalizing'],
    ]),
    lane('Elastigroup', [
      [9, 36, 'neutral', 'launches and tags green'],
      [36, 78, 'neutral', 'waits for CodeDeploy'],
      [78, 100, 'neutral', 'removes blue'],
    ]),
    lane('CodeDeploy', [
      [36, 57, 'neutral', 'installs on green'],
      [57, 67, 'neutral', 'adds green'],
      [67, 78, 'neutral', 'drains blue'],
    ]),
    lane('Traffic', [
      [0, 62, 'blue', 'blue serves'],
      [62, 74, 'both', 'both serve'],
      [74, 100, 'green', 'green serves'],
    ]),
    lane('Blue instances', [[0, 93, 'blue', 'running']]),
    lane('Green instances', [[15, 100, 'green', 'running']]),
  ],
  end: { at: 100, kind: 'green', text: 'succeeded' },
};

const FAILURE = {
  title: 'Failure: a script fails on a green instance',
  lanes: [
    lane('This function', [
      [0, 9, 'function', 'starting'],
      [9, 36, 'function', 'launching'],
      [36, 57, 'function', 'installing'],
      [57, 86, 'function', 'cleaningUp'],
    ]),
    lane('Elastigroup', [
      [9, 36, 'neutral', 'launches and tags green'],
      [36, 60, 'neutral', 'waits for CodeDeploy'],
      [60, 84, 'neutral', 'stopped: removes green'],
    ]),
    lane('CodeDeploy', [
      [36, 49, 'neutral', 'installs'],
      [49, 57, 'red', 'failed'],
    ]),
    lane('Traffic', [[0, 100, 'blue', 'blue serves']]),
    lane('Blue instances', [[0, 100, 'blue', 'running']]),
    lane('Green instances', [[15, 82, 'green', 'running']]),
  ],
  end: { at: 86, kind: 'red', text: 'failed, with the cause' },
};

function lane(name, spans) {
  return { name, spans };
}

const [LEFT, RIGHT, LANE, GAP] = [150, 996, 24, 6];

function timeline(theme) {
  const { text } = shapes(theme);
  const first = panel(theme, SUCCESS, 40);
  const second = panel(theme, FAILURE, 272);
  return picture(theme, 1020, 508, 'Timeline of a deployment that succeeds, and of one that fails', [
    ...first,
    ...second,
    text(24, 492, 'Not to scale. Blue serves until green does.', { size: 13, muted: true }),
  ]);
}

function panel(theme, { title, lanes, end }, top) {
  const { text } = shapes(theme);
  const at = (part) => LEFT + ((RIGHT - LEFT) * part) / 100;
  const bottom = top + 16 + lanes.length * (LANE + GAP);
  const [, stroke] = theme[end.kind];
  const endX = Math.min(at(end.at), RIGHT);
  return [
    text(24, top, title, { size: 17, weight: 600 }),
    ...lanes.flatMap(({ name, spans }, index) => {
      const y = top + 16 + index * (LANE + GAP);
      return [
        text(24, y + 17, name, { size: 13.5, muted: true }),
        ...spans.flatMap(([from, to, kind, words]) => span(theme, at(from), at(to), y, kind, words)),
      ];
    }),
    `<path d="M${endX} ${top + 10} V${bottom}" stroke="${stroke}" stroke-width="2" stroke-dasharray="4 3" fill="none"/>`,
    text(endX, top + 3, end.text, {
      size: 13.5,
      weight: 600,
      colour: stroke,
      anchor: end.at === 100 ? 'end' : 'middle',
    }),
  ];
}

function span(theme, from, to, y, kind, words) {
  const { text } = shapes(theme);
  const [x, width] = [from + 1, to - from - 2];
  const [fill, stroke] = kind === 'both' ? ['url(#both)', theme.green[1]] : theme[kind];
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${LANE}" rx="4" fill="${fill}" stroke="${stroke}"/>`,
    text(x + width / 2, y + 17, words, { size: 13, anchor: 'middle' }),
  ];
}

/** The drawing functions, in the colours of a theme. */
function shapes(theme) {
  const text = (x, y, words, { size = 15, weight = 400, anchor = 'start', muted = false, colour } = {}) =>
    `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour ?? (muted ? theme.muted : theme.text)}">${escaped(words)}</text>`;
  const box = (x, y, width, height, kind, title, lines, size = 16) => {
    const [fill, stroke] = theme[kind];
    const middle = y + height / 2 - lines.length * 10;
    return [
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.5"/>`,
      text(x + width / 2, middle + 5, title, { size, weight: 600, anchor: 'middle' }),
      ...lines.map((line, index) =>
        text(x + width / 2, middle + 27 + index * 19, line, { size: 13.5, anchor: 'middle', muted: true }),
      ),
    ].join('\n');
  };
  const fleet = (x, y, kind, title, subtitle) => {
    const [fill, stroke] = theme[kind];
    const instances = [0, 1, 2, 3].map(
      (index) =>
        `<rect x="${x + 16 + index * 26}" y="${y + 56}" width="20" height="20" rx="3" fill="${theme.page}" stroke="${stroke}" stroke-width="1.5"/>`,
    );
    return [
      `<rect x="${x}" y="${y}" width="130" height="95" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.5"/>`,
      text(x + 65, y + 24, title, { size: 16, weight: 600, anchor: 'middle' }),
      text(x + 65, y + 44, subtitle, { size: 13.5, anchor: 'middle', muted: true }),
      ...instances,
    ].join('\n');
  };
  const arrow = (d, { dashed = false, kind } = {}) => {
    const colour = kind ? theme[kind][1] : theme.line;
    return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''} marker-end="url(#${kind ?? 'line'})"/>`;
  };
  const number = (x, y, digit) =>
    `<circle cx="${x}" cy="${y}" r="11" fill="${theme.text}"/>` +
    text(x, y + 5, String(digit), { size: 13.5, weight: 700, anchor: 'middle', colour: theme.page });
  return { text, box, fleet, arrow, number };
}

function picture(theme, width, height, title, parts) {
  const heads = [
    ['line', theme.line],
    ['blue', theme.blue[1]],
    ['green', theme.green[1]],
  ].map(
    ([id, colour]) =>
      `<marker id="${id}" viewBox="0 0 10 10" refX="2" refY="5" markerWidth="5" markerHeight="5" orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="${colour}"/></marker>`,
  );
  const both = `<linearGradient id="both"><stop offset="0" stop-color="${theme.blue[0]}"/><stop offset="1" stop-color="${theme.green[0]}"/></linearGradient>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family='${FONT}'>`,
    `<title id="title">${escaped(title)}</title>`,
    `<defs>${heads.join('')}${both}</defs>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${theme.page}" stroke="${theme.frame}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

await mkdir(options.out, { recursive: true }).catch(({ message }) => refuse(message));
for (const [name, theme] of Object.entries(THEMES)) {
  const suffix = name === 'light' ? '' : `-${name}`;
  await writeFile(path.join(options.out, `architecture${suffix}.svg`), architecture(theme));
  await writeFile(path.join(options.out, `timeline${suffix}.svg`), timeline(theme));
}
