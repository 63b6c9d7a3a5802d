/** A number on the tape. */
export type Node = number;

/**
 * Reverse-mode automatic differentiation of scalars in float64. It knows the chain rule, the spike function with its
 * surrogate rule, and `detach`; it knows nothing of the recursions that the kernels use, which is why it can judge them.
 */
export class Tape {
  readonly #values: number[] = [];
  readonly #parents: Node[][] = [];
  /** Derivative of a node by each of its parents. */
  readonly #slopes: number[][] = [];

  #record(value: number, parents: Node[], slopes: number[]): Node {
    this.#values.push(value);
    this.#parents.push(parents);
    this.#slopes.push(slopes);
    return this.#values.length - 1;
  }

  value(node: Node): number {
    return this.#values[node];
  }

  /** A number without a past: a constant, or a variable whose gradient will be asked for. */
  leaf(value: number): Node {
    return this.#record(value, [], []);
  }

  leaves(values: ArrayLike<number>): Node[] {
    return Array.from(values, (value) => this.leaf(value));
  }

  /** The same value, through which no gradient flows. */
  detach(node: Node): Node {
    return this.leaf(this.value(node));
  }

  /** offset + sum of coefficients[i] * nodes[i]; coefficients default to 1. */
  sum(nodes: Node[], coefficients?: number[], offset = 0): Node {
    const slopes = coefficients ?? nodes.map(() => 1);
    const value = nodes.reduce((total, node, i) => total + slopes[i] * this.value(node), offset);
    return this.#record(value, nodes, slopes);
  }

  scale(node: Node, factor: number): Node {
    return this.sum([node], [factor]);
  }

  multiply(a: Node, b: Node): Node {
    return this.#record(this.value(a) * this.value(b), [a, b], [this.value(b), this.value(a)]);
  }

  /** sum of a[i] * b[i], as one node. */
  dot(a: Node[], b: Node[]): Node {
    const left = a.map((node) => this.value(node));
    const right = b.map((node) => this.value(node));
    const value = left.reduce((total, x, i) => total + x * right[i], 0);
    return this.#record(value, [...a, ...b], [...right, ...left]);
  }

  /** A function of one number, by its value and its slope there. */
  apply(node: Node, f: (x: number) => number, slope: (x: number) => number): Node {
    return this.#record(f(this.value(node)), [node], [slope(this.value(node))]);
  }

  /** The first of the largest: it alone gets the gradient. */
  maximum(nodes: Node[]): Node {
    const best = nodes.reduce((a, b) => (this.value(b) > this.value(a) ? b : a));
    return this.#record(this.value(best), [best], [1]);
  }

  /** d(output)/d(node) for every node, by node. */
  gradients(output: Node): Float64Array {
    const result = new Float64Array(this.#values.length);
    result[output] = 1;
    for (let node = output; node >= 0; node--) {
      if (result[node] === 0) continue;
      for (const [i, parent] of this.#parents[node].entries()) {
        result[parent] += result[node] * this.#slopes[node][i];
      }
    }
    return result;
  }
}
