// Works out the functions of a CloudFormation template, as far as template.yaml uses them.
import { parse, YAMLSeq } from 'yaml';

/** A CloudFormation function in its short form, `!Sub x`. */
function Call(name, argument) {
  this.name = name;
  this.argument = argument;
}

/** The template, with its functions as values of their own. */
export function readTemplate(text) {
  return parse(text, { customTags: cloudFormationTags() });
}

/** A part of the template with its functions worked out; `values` has parameters, pseudo parameters and attributes. */
export function evaluate(template, part, values) {
  const none = Symbol('AWS::NoValue');
  const known = {
    ...Object.fromEntries(Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default])),
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': none,
    ...values,
  };
  const lookUp = (name) => {
    if (known[name] === undefined) throw new Error(`There is no value for \${${name}}.`);
    // CloudFormation trims the members of a list as well.
    const isList = template.Parameters[name]?.Type === 'CommaDelimitedList';
    return isList ? known[name].split(',').map((item) => item.trim()) : known[name];
  };
  const functions = {
    Ref: lookUp,
    GetAtt: lookUp,
    Sub: (argument) => {
      const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
      const names = work(own);
      return text.replace(/\$\{([^}]+)\}/g, (_, name) => names[name] ?? lookUp(name));
    },
    Join: ([separator, list]) => work(list).join(separator),
    Split: ([separator, text]) => work(text).split(separator),
    Equals: ([left, right]) => work(left) === work(right),
    Not: ([condition]) => !holds(condition),
    And: (conditions) => conditions.every(holds),
    Or: (conditions) => conditions.some(holds),
    If: ([condition, yes, no]) => work(holds({ Condition: condition }) ? yes : no),
  };
  function holds(condition) {
    return work(condition.Condition ? template.Conditions[condition.Condition] : condition);
  }
  function work(node) {
    if (Array.isArray(node)) return node.map(work).filter((item) => item !== none);
    if (node instanceof Call) return functions[node.name](node.argument);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).map(([key, value]) => [key, work(value)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== none));
  }
  return work(part);
}

function cloudFormationTags() {
  return ['Ref', 'GetAtt', 'Sub', 'Join', 'Split', 'Equals', 'Not', 'And', 'Or', 'If'].flatMap((name) => {
    class CallSeq extends YAMLSeq {
      toJSON(_, context) {
        return new Call(name, super.toJSON(_, context));
      }
    }
    const tag = `!${name}`;
    return [
      { tag, resolve: (text) => new Call(name, text) },
      { tag, collection: 'seq', nodeClass: CallSeq },
    ];
  });
}
