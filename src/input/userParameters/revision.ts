import type { Problem } from '../../errors';
import { PARAMETER_MESSAGES } from '../messages';
import { quote } from '../valueText';
import type { InputArtifact } from '../pipelineJob';
import type { ParameterName, ParameterValues } from './schema';
import type { BundleType, GitHubRevision, Revision, S3Revision } from './userParameters';

/** The choice of a revision: none, without a problem, when one of its parameters is itself wrong. */
export interface RevisionChoice {
  readonly revision?: Revision;
  readonly problems: readonly Problem[];
}

/** What the choice is made from. */
interface Given {
  /** The names that are given, or that were meant. */
  readonly meant: ReadonlySet<ParameterName>;
  /** The values that are good. */
  readonly values: Partial<ParameterValues>;
  readonly artifacts: readonly InputArtifact[];
  /** Texts never to be shown. */
  readonly secrets: readonly string[];
}

const S3_NAMES = ['S3_BUCKET', 'S3_KEY', 'S3_VERSION', 'S3_ETAG'] as const;
const GITHUB_NAMES = ['GITHUB_REPO', 'COMMIT_ID'] as const;
const ARTIFACT_NAMES = ['INPUT_ARTIFACT'] as const;
const ONE_SOURCE = 'one of S3_BUCKET with S3_KEY, GITHUB_REPO with COMMIT_ID, or INPUT_ARTIFACT';

const ENDINGS: readonly (readonly [RegExp, BundleType])[] = [
  [/\.tar$/i, 'tar'],
  [/\.(tgz|tar\.gz)$/i, 'tgz'],
  [/\.zip$/i, 'zip'],
  [/\.ya?ml$/i, 'YAML'],
  [/\.json$/i, 'JSON'],
];

/** Chooses the one source of the revision: S3, GitHub, the named input artifact, or the only one. */
export function chooseRevision(given: Given): RevisionChoice {
  const { meant } = given;
  const named = [S3_NAMES, GITHUB_NAMES, ARTIFACT_NAMES].map((names) => names.filter((name) => meant.has(name)));
  const sources = named.filter((names) => names.length > 0);
  if (sources.length > 1) return tooMany(sources);
  const s3Only = meant.has('S3_BUNDLE') && GITHUB_NAMES.some((name) => meant.has(name));
  if (s3Only) return problem('S3_BUNDLE', PARAMETER_MESSAGES.bundleOfGitHub, 'S3_BUNDLE only with S3 or an artifact');
  if (S3_NAMES.some((name) => meant.has(name))) return fromS3(given);
  if (GITHUB_NAMES.some((name) => meant.has(name))) return fromGitHub(given);
  return meant.has('INPUT_ARTIFACT') ? fromNamedArtifact(given) : fromOnlyArtifact(given);
}

function fromS3({ meant, values }: Given): RevisionChoice {
  const half = halfASource(['S3_BUCKET', 'S3_KEY'], S3_NAMES, meant);
  if (half !== undefined) return half;
  const { S3_BUCKET: bucket, S3_KEY: key, S3_BUNDLE, S3_VERSION: version, S3_ETAG: eTag } = values;
  if (key === undefined) return { problems: [] };
  const bundleType = S3_BUNDLE ?? bundleTypeOf(key);
  if (bundleType === undefined) return meant.has('S3_BUNDLE') ? { problems: [] } : unknownEnding();
  if (bucket === undefined) return { problems: [] };
  const revision: S3Revision = {
    kind: 's3',
    bucket,
    key,
    bundleType,
    ...(version === undefined ? {} : { version }),
    ...(eTag === undefined ? {} : { eTag }),
  };
  return { revision, problems: [] };
}

function fromGitHub({ meant, values }: Given): RevisionChoice {
  const half = halfASource(GITHUB_NAMES, GITHUB_NAMES, meant);
  if (half !== undefined) return half;
  const { GITHUB_REPO: repository, COMMIT_ID: commitId } = values;
  if (repository === undefined || commitId === undefined) return { problems: [] };
  const revision: GitHubRevision = { kind: 'github', repository, commitId };
  return { revision, problems: [] };
}

function fromNamedArtifact({ values, artifacts, secrets }: Given): RevisionChoice {
  const name = values.INPUT_ARTIFACT;
  if (name === undefined) return { problems: [] };
  const artifact = artifacts.find((candidate) => candidate.name === name);
  if (artifact !== undefined) return fromArtifact(artifact, values);
  const what = PARAMETER_MESSAGES.unknownArtifact(quote(name, secrets));
  const expected = artifacts.length === 0 ? 'an input artifact, and the action has none' : list(artifacts, secrets);
  return problem('INPUT_ARTIFACT', what, expected);
}

function fromOnlyArtifact({ values, artifacts, secrets }: Given): RevisionChoice {
  const [only, second] = artifacts;
  if (only === undefined) {
    return problem('revision', PARAMETER_MESSAGES.noSourceNoArtifact, ONE_SOURCE);
  }
  if (second === undefined) return fromArtifact(only, values);
  const what = PARAMETER_MESSAGES.noSourceManyArtifacts(String(artifacts.length));
  return problem(
    'revision',
    what,
    `INPUT_ARTIFACT with ${list(artifacts, secrets)}; or S3_* or GITHUB_REPO with COMMIT_ID`,
  );
}

function fromArtifact({ name, bucket, key }: InputArtifact, { S3_BUNDLE }: Partial<ParameterValues>): RevisionChoice {
  // CodePipeline zips most artifacts under a key without an ending.
  const bundleType = S3_BUNDLE ?? bundleTypeOf(key) ?? 'zip';
  return {
    revision: { kind: 's3', bucket, key, bundleType, artifactName: name },
    problems: [],
  };
}

function bundleTypeOf(key: string): BundleType | undefined {
  return ENDINGS.find(([ending]) => ending.test(key))?.[1];
}

function halfASource(
  needed: readonly ParameterName[],
  all: readonly ParameterName[],
  meant: ReadonlySet<ParameterName>,
): RevisionChoice | undefined {
  const missing = needed.filter((name) => !meant.has(name));
  if (missing.length === 0) return undefined;
  const present = all.filter((name) => meant.has(name));
  const given = `${present.join(' and ')} ${present.length === 1 ? 'is' : 'are'}`;
  const what = PARAMETER_MESSAGES.halfSource(missing.length === 1 ? 'is' : 'are', given);
  return problem(missing.join(', '), what, `${needed.join(' and ')} together`);
}

function tooMany(sources: readonly (readonly ParameterName[])[]): RevisionChoice {
  const what = PARAMETER_MESSAGES.severalSources(sources.length === 2 ? 'two' : 'three');
  return problem(sources.flat().join(', '), what, ONE_SOURCE);
}

function unknownEnding(): RevisionChoice {
  const expected =
    'S3_BUNDLE as tar, tgz, zip, YAML or JSON, or a key that ends in .tar, .tgz, .tar.gz, .zip, .yaml, .yml or .json';
  return problem('S3_BUNDLE', PARAMETER_MESSAGES.unknownBundle, expected);
}

function list(artifacts: readonly InputArtifact[], secrets: readonly string[]): string {
  return `one of ${artifacts
    .slice(0, 5)
    .map(({ name }) => quote(name, secrets))
    .join(', ')}`;
}

function problem(where: string, what: string, expected: string): RevisionChoice {
  return { problems: [{ where, what, expected }] };
}
