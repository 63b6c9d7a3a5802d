/** The only file that imports WGSL text: kernel name -> source, shared name -> source. */
const kernelFiles = import.meta.glob<string>('../../shaders/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const sharedFiles = import.meta.glob<string>('../../shaders/shared/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function byStem(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^.*\/(\w+)\.wgsl$/, '$1'), text]),
  );
}

export const KERNEL_SOURCES: Readonly<Record<string, string>> = byStem(kernelFiles);
export const SHARED_SOURCES: Readonly<Record<string, string>> = byStem(sharedFiles);
