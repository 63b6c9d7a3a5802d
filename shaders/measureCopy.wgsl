// measureCopy: copies a buffer, vector by vector. It measures how fast the adapter moves bytes, and is part of no training.
//
//   copied[i] = source[i]
//
// Work split   one invocation = one vector
// Reads        source     vec4f[elementCount]
// Overwrites   copied     vec4f[elementCount]
// Includes     layerParams
// Twin         src/reference/adapterProbe.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read> source: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> copied: array<vec4f>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn measureCopy(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= params.elementCount) { return; }
  copied[index] = source[index];
}
