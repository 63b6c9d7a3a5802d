// quadOrder: whether neighbouring invocations form quads: WebGPU leaves open which invocations of a workgroup do. It decides whether
// kernels may run in which they hand numbers to each other, and is part of no training.
//
//   ordered[i] = 1 if the four invocations of i's quad are 4 floor(i/4) + 0, 1, 2, 3, in that order, else 0
//
// Work split   one invocation = one element
// Overwrites   ordered    u32[invocations]
// Includes     layerParams
// Twin         src/reference/adapterProbe.ts

enable subgroups;

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> ordered: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn quadOrder(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let found = vec4u(quadBroadcast(index, 0u), quadBroadcast(index, 1u), quadBroadcast(index, 2u), quadBroadcast(index, 3u));
  let expected = vec4u(index / 4u * 4u) + vec4u(0u, 1u, 2u, 3u);
  ordered[index] = select(0u, 1u, all(found == expected));
}
