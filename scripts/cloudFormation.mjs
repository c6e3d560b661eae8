// Works out the functions of a CloudFormation template, as far as template.yaml uses them.
import { parse, YAMLMap } from 'yaml';

const FUNCTIONS = ['Ref', 'GetAtt', 'Sub', 'Join', 'Split', 'Equals', 'Not', 'And', 'Or', 'If'];

/** The template, with its functions in their long form, as they are in JSON. */
export function readTemplate(text) {
  return parse(text, { customTags: FUNCTIONS.flatMap(tagsOf) });
}

/** `!Sub x` is `{ "Fn::Sub": x }`. */
function tagsOf(name) {
  const tag = `!${name}`;
  const long = name === 'Ref' ? name : `Fn::${name}`;
  const resolveList = (list) => {
    const call = new YAMLMap();
    call.set(long, list);
    return call;
  };
  return [
    { tag, resolve: (text) => ({ [long]: text }) },
    { tag, collection: 'seq', resolve: resolveList },
  ];
}

/** A part of the template with its functions worked out; `values` has parameters, pseudo parameters and attributes. */
export function evaluate(template, part, values) {
  const none = Symbol('AWS::NoValue');
  const known = {
    ...Object.fromEntries(Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, Default])),
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': none,
    ...values,
  };
  const lookUp = (name) => {
    if (known[name] === undefined) throw new Error(`There is no value for \${${name}}.`);
    // CloudFormation trims the members of a list as well.
    const isList = template.Parameters?.[name]?.Type === 'CommaDelimitedList';
    return isList ? known[name].split(',').map((item) => item.trim()) : known[name];
  };
  const functions = {
    Ref: lookUp,
    'Fn::GetAtt': (name) => lookUp([name].flat().join('.')),
    'Fn::Sub': (argument) => {
      const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
      const names = work(own);
      return text.replace(/\$\{([^}]+)\}/g, (_, name) => names[name] ?? lookUp(name));
    },
    'Fn::Join': ([separator, list]) => work(list).join(separator),
    'Fn::Split': ([separator, text]) => work(text).split(separator),
    'Fn::Equals': ([left, right]) => work(left) === work(right),
    'Fn::Not': ([condition]) => !holds(condition),
    'Fn::And': (conditions) => conditions.every(holds),
    'Fn::Or': (conditions) => conditions.some(holds),
    'Fn::If': ([condition, yes, no]) => work(holds({ Condition: condition }) ? yes : no),
  };
  function holds(condition) {
    return work(condition.Condition ? template.Conditions[condition.Condition] : condition);
  }
  function work(node) {
    if (Array.isArray(node)) return node.map(work).filter((item) => item !== none);
    if (typeof node !== 'object' || node === null) return node;
    const [[name, argument] = [], ...more] = Object.entries(node);
    if (more.length === 0 && Object.hasOwn(functions, name ?? '')) return functions[name](argument);
    const entries = Object.entries(node).map(([key, value]) => [key, work(value)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== none));
  }
  return work(part);
}
