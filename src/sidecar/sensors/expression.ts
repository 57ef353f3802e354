// A JMESPath expression of the operator, run within a budget: JMESPath ends always, but may double a list at each step.

import { compile, getRegisteredFunctions, TreeInterpreter } from '@jmespath-community/jmespath';
import { messageOf } from '../../lib/errors.ts';
import { createBudget, type Spend, sizeOf } from './budget.ts';
import { costOfCall } from './call-cost.ts';

type Interpreter = typeof TreeInterpreter;
type Tree = ReturnType<typeof compile>;
type Value = ReturnType<Interpreter['search']>;
type Visited = ReturnType<Interpreter['visit']>;

export interface Expression {
  readonly text: string;
  readonly tree: Tree;
}

const MAX_EXPRESSION_LENGTH = 4000;
// A list or object that an expression makes takes about as much memory as twenty steps take time.
const COST_OF_MAKING = 20;
const COST_OF_SCOPE = 200;

/** @throws Error that says what is wrong with the text. */
export function compileExpression(text: string): Expression {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new Error(`has ${text.length} characters; ${MAX_EXPRESSION_LENGTH} are allowed`);
  }
  const tree = parse(text);
  const unknown = calledIn(tree).find((name) => !getRegisteredFunctions().includes(name));
  if (unknown !== undefined) throw new Error(`calls ${unknown}(), which JMESPath does not have`);
  return { text, tree };
}

function parse(text: string): Tree {
  try {
    return compile(text);
  } catch (error) {
    const why = error instanceof RangeError ? 'it is nested too deeply' : messageOf(error);
    throw new Error(`is no JMESPath expression: ${why}`, { cause: error });
  }
}

function calledIn(tree: object): string[] {
  const inner = Object.values(tree)
    .flat()
    .filter((part) => typeof part === 'object' && part !== null);
  const names = inner.flatMap((part: object) => calledIn(part));
  return 'type' in tree && tree.type === 'Function' && 'name' in tree ? [String(tree.name), ...names] : names;
}

/**
 * Finds what the expression names in this JSON value.
 * @param bytes the size of the answer, by which time and memory are bounded.
 * @throws Error when it cannot be had, or would take too much.
 */
export function evaluate({ tree }: Expression, value: unknown, bytes: number): unknown {
  const spend = createBudget(bytes);
  const create = TreeInterpreter.constructor as new () => Interpreter;
  const result = bounded(new create(), spend).search(tree, value as Value);
  // What it made may hold the same part many times.
  spend(sizeOf(result, spend));
  return result;
}

function bounded(interpreter: Interpreter, spend: Spend): Interpreter {
  const { runtime } = interpreter;
  const visit = interpreter.visit.bind(interpreter);
  const withScope = interpreter.withScope.bind(interpreter);
  const call = runtime.callFunction.bind(runtime);
  runtime.callFunction = (name, args) => {
    spend(costOfCall(name, args, spend));
    return call(name, args);
  };
  interpreter.withScope = (scope) => bounded(withScope(scope), spend);
  interpreter.visit = (node, value) => visit(prepare(node, value), value);
  return interpreter;

  // Pays for a step before it is made. Where its cost depends on an operand, that is found first and put in its place.
  function prepare(node: Tree, value: Visited): Tree {
    spend(1);
    switch (node.type) {
      // What every object of JavaScript has is no field of the answer.
      case 'Field':
        return isObject(value) && !Object.hasOwn(value, node.name) ? literal(null) : node;
      case 'MultiSelectList':
      case 'MultiSelectHash':
        spend(COST_OF_MAKING);
        return node;
      case 'LetExpression':
        spend(COST_OF_SCOPE);
        return node;
      case 'Slice':
        spend(lengthOf(value));
        return node;
      case 'Flatten':
        return { ...node, child: flattened(interpreter.visit(node.child, value)) };
      case 'Comparator':
        return compared(node, value);
      default:
        return node;
    }
  }

  function flattened(original: Visited): Tree {
    if (Array.isArray(original)) for (const part of original) spend(1 + lengthOf(part));
    return literal(original);
  }

  function compared(node: Tree & { type: 'Comparator' }, value: Visited): Tree {
    const left = interpreter.visit(node.left, value);
    const right = interpreter.visit(node.right, value);
    if (typeof left === 'object' && typeof right === 'object' && left !== right) spend(sizeOf(left, spend));
    return { ...node, left: literal(left), right: literal(right) };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) || typeof value === 'string' ? value.length : 0;
}

function literal(value: Visited): Tree {
  return { type: 'Literal', value: value as Value };
}
