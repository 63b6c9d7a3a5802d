// measureProduct: product of two f32 matrices. It measures how fast the adapter multiplies and adds, and is part of no training.
//
//   product[m][n] = sum over k:  left[m][k] * right[k][n]
//
// A tile of 8 rows and two vectors of columns stays in registers, so that each value loaded is used 8 times.
//
// Work split   one invocation = 8 rows x 8 columns; neighbours have neighbouring columns
// Reads        left       vec4f[M][K / 4]
//              right      vec4f[K][N / 4]
// Overwrites   product    vec4f[M][N / 4]; M = batchSize, K = inChannels, N = 4 * outVectors, all multiples of 8
// Includes     layerParams
// Twin         src/reference/adapterProbe.ts

override WORKGROUP_SIZE: u32 = 64u;
override ROWS: u32 = 8u;              // of a tile

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read> left: array<vec4f>;
@group(1) @binding(1) var<storage, read> right: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> product: array<vec4f>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn measureProduct(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let columns = params.outVectors;
  let inner = params.inChannels / 4u;
  if (index >= (params.batchSize / ROWS) * (columns / 2u)) { return; }
  let column = 2u * (index % (columns / 2u));
  let row = ROWS * (index / (columns / 2u));
  var near = array<vec4f, ROWS>();
  var far = array<vec4f, ROWS>();
  for (var k = 0u; k < inner; k++) {
    let at = 4u * k * columns + column;
    let a0 = right[at];
    let a1 = right[at + columns];
    let a2 = right[at + 2u * columns];
    let a3 = right[at + 3u * columns];
    let b0 = right[at + 1u];
    let b1 = right[at + columns + 1u];
    let b2 = right[at + 2u * columns + 1u];
    let b3 = right[at + 3u * columns + 1u];
    for (var r = 0u; r < ROWS; r++) { // unroll
      let values = left[(row + r) * inner + k];
      near[r] += values.x * a0 + values.y * a1 + values.z * a2 + values.w * a3;
      far[r] += values.x * b0 + values.y * b1 + values.z * b2 + values.w * b3;
    }
  }
  for (var r = 0u; r < ROWS; r++) { // unroll
    product[(row + r) * columns + column] = near[r];
    product[(row + r) * columns + column + 1u] = far[r];
  }
}
