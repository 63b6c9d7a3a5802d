// Up to 16 neighbouring neurons of one position, in four named vectors (an array would not stay in registers): where they are,
// their state, one step of the recurrence, its record. Shared by lifForward and lifForwardSubgroup.
//
// Needs these module-scope names from the including kernel: params, window, VECTORS, DROPOUT, HISTORY; includes synapse, lifNeuron
// and spikeBits.

// 4*VECTORS neighbouring channels at one position of one sample.
struct CellGroup {
  sample: u32,
  outY: u32,
  outX: u32,
  firstVector: u32,  // within the weight buffer
  vector: u32,       // within the layer
  neuron: u32,
  place: BitPlace,   // of their bits
  left: u32,         // channels from here to the end of the position, or of this part of its weights
};

alias Membranes = Currents;

fn groupsPerPosition() -> u32 { return (params.weightVectors + VECTORS - 1u) / VECTORS; }

fn cellGroupCount() -> u32 { return params.batchSize * params.outHeight * params.outWidth * groupsPerPosition(); }

fn cellGroup(index: u32) -> CellGroup {
  let groupCount = groupsPerPosition();
  let positionCount = params.outHeight * params.outWidth;
  let position = (index / groupCount) % positionCount;
  let firstVector = (index % groupCount) * VECTORS;
  let vector = params.vectorStart + firstVector;
  let left = min(params.outChannels, 4u * (params.vectorStart + params.weightVectors)) - 4u * vector;
  let neuron = position * params.outChannels + 4u * vector;
  return CellGroup(index / (groupCount * positionCount), position / params.outWidth, position % params.outWidth, firstVector,
    vector, neuron, bitPlace(neuron), left);
}

// How many of the group's neurons exist, and of one of its vectors.
fn validOf(group: CellGroup) -> u32 { return min(group.left, 4u * VECTORS); }
fn validIn(group: CellGroup, v: u32) -> u32 { return min(max(group.left, 4u * v) - 4u * v, 4u); }

fn neuronCount() -> u32 { return params.outHeight * params.outWidth * params.outChannels; }

fn loadMembranes(group: CellGroup) -> Membranes {
  var u = Membranes();
  let at = group.sample * neuronCount() + group.neuron;
  u.a = loadMembrane(at, validIn(group, 0u));
  if (VECTORS > 1u) { u.b = loadMembrane(at + 4u, validIn(group, 1u)); }
  if (VECTORS > 2u) {
    u.c = loadMembrane(at + 8u, validIn(group, 2u));
    u.d = loadMembrane(at + 12u, validIn(group, 3u));
  }
  return u;
}

fn storeMembranes(group: CellGroup, u: Membranes) {
  let at = group.sample * neuronCount() + group.neuron;
  storeMembrane(at, validIn(group, 0u), u.a);
  if (VECTORS > 1u) { storeMembrane(at + 4u, validIn(group, 1u), u.b); }
  if (VECTORS > 2u) {
    storeMembrane(at + 8u, validIn(group, 2u), u.c);
    storeMembrane(at + 12u, validIn(group, 3u), u.d);
  }
}

// Which of the group's spikes are kept: all without dropout.
fn keptOf(group: CellGroup) -> u32 {
  if (DROPOUT != 0u) { return keptBits(group.sample, group.neuron, validOf(group)); }
  return (1u << validOf(group)) - 1u;
}

fn advanceGroup(group: CellGroup, before: Membranes, current: Currents) -> Membranes {
  var u = before;
  u.a = advance(u.a, normalize(current.a, group.vector), spikeOf(u.a));
  if (VECTORS > 1u) { u.b = advance(u.b, normalize(current.b, group.vector + 1u), spikeOf(u.b)); }
  if (VECTORS > 2u) {
    u.c = advance(u.c, normalize(current.c, group.vector + 2u), spikeOf(u.c));
    u.d = advance(u.d, normalize(current.d, group.vector + 3u), spikeOf(u.d));
  }
  return u;
}

// Spikes and surrogate history of step t of the window.
fn recordGroup(group: CellGroup, t: u32, u: Membranes, kept: u32) {
  let frame = (window.historyStart + t) * params.batchSize + group.sample;
  var fired = pack(firing(u.a));
  var near = pack(nearThreshold(u.a));
  if (VECTORS > 1u) {
    fired |= pack(firing(u.b)) * 16u;
    near |= pack(nearThreshold(u.b)) * 16u;
  }
  if (VECTORS > 2u) {
    fired |= (pack(firing(u.c)) * 256u) | (pack(firing(u.d)) * 4096u);
    near |= (pack(nearThreshold(u.c)) * 256u) | (pack(nearThreshold(u.d)) * 4096u);
  }
  setSpikes(frame * params.outWords, group.place, fired & kept);
  if (HISTORY == 1u) { setWindow(frame * params.outWords, group.place, near & ((1u << validOf(group)) - 1u)); }
  if (HISTORY == 2u) {
    let at = frame * neuronCount() + group.neuron;
    keepMembrane(at, validIn(group, 0u), u.a);
    if (VECTORS > 1u) { keepMembrane(at + 4u, validIn(group, 1u), u.b); }
    if (VECTORS > 2u) {
      keepMembrane(at + 8u, validIn(group, 2u), u.c);
      keepMembrane(at + 12u, validIn(group, 3u), u.d);
    }
  }
}
