/**
 * Product of two matrices. Twin of shaders/measureProduct.wgsl; shaders/measureCopy.wgsl needs none but equality,
 * and shaders/quadOrder.wgsl answers 1 everywhere where quads are in order.
 * @param left [rows][inner] @param right [inner][columns]
 * @returns [rows][columns]
 */
export function matrixProduct(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  inner: number,
): Float64Array {
  const rows = left.length / inner;
  const columns = right.length / inner;
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      for (let column = 0; column < columns; column++)
        product[row * columns + column] += left[row * inner + k] * right[k * columns + column];
    }
  }
  return product;
}
