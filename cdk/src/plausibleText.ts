import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** In the place of a piece of text that is known only later: right in every name, id and number. */
const PIECE = '0';
/** What CodePipeline puts in when the action runs. */
const PIPELINE_VARIABLE = /#\{[^{}]*\}/;

/** CloudFormation's pseudo parameters stand in ARNs, whose parts have forms of their own. */
const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * The value as the function may see it: what only CloudFormation or CodePipeline knows is replaced, so that the rest can be
 * checked. A value of which nothing is known becomes `plausible`.
 */
export function plausibleText(value: unknown, scope: IConstruct, plausible: string = PIECE): string {
  const pieces = piecesOf(value, scope).flatMap((piece) => (piece === undefined ? [piece] : withoutVariables(piece)));
  const [only] = pieces;
  if (pieces.length === 1 && only === undefined) return plausible;
  return pieces.map((piece) => piece ?? PIECE).join('');
}

/** The value as it stands in the pipeline's definition: with the pipeline's variables, and no longer than it will be there. */
export function definitionText(value: unknown, scope: IConstruct): string {
  return piecesOf(value, scope)
    .map((piece) => piece ?? PIECE)
    .join('');
}

function withoutVariables(text: string): (string | undefined)[] {
  const pieces = text.split(PIPELINE_VARIABLE);
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [undefined, piece])).filter((piece) => piece !== '');
}

/** The texts of a value; undefined for each piece that only CloudFormation knows. */
function piecesOf(value: unknown, scope: IConstruct): (string | undefined)[] {
  return resolvedPieces(Stack.of(scope).resolve(value));
}

function resolvedPieces(resolved: unknown): (string | undefined)[] {
  if (typeof resolved === 'string') return [resolved];
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return [String(resolved)];
  const { 'Fn::Join': join, Ref: reference } = resolved as { 'Fn::Join'?: unknown; Ref?: unknown };
  if (Array.isArray(join) && join[0] === '' && Array.isArray(join[1])) return join[1].flatMap(resolvedPieces);
  return [typeof reference === 'string' ? PSEUDO_PARAMETERS[reference] : undefined];
}
