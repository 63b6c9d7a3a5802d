import { AppError } from '../core/errors.ts';

export type ScalarType = 'u32' | 'i32' | 'f32';

/** A WGSL struct of 4-byte scalars: field i lies at byte 4 i. */
export interface StructLayout {
  name: string;
  fields: { name: string; type: ScalarType }[];
  bytes: number;
}

/**
 * Reads one struct of scalars out of WGSL text, so that the text is the only definition.
 * @throws AppError `wgsl-struct` when the struct is missing or holds anything but u32, i32 and f32.
 */
export function readStruct(source: string, name: string): StructLayout {
  const match = source.match(new RegExp(`struct\\s+${name}\\s*\\{([^}]*)\\}`));
  if (!match)
    throw new AppError('wgsl-struct', `The shader text has no struct ${name}.`, 'Check the shared files.');
  const text = match[1].replace(/\/\/[^\n]*/g, '');
  const fields = text
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
    .map((field) => {
      const [fieldName, type] = field.split(':').map((part) => part.trim());
      if (type !== 'u32' && type !== 'i32' && type !== 'f32') {
        throw new AppError('wgsl-struct', `${name}.${fieldName} is of type ${type}.`, 'Use u32, i32 or f32.');
      }
      return { name: fieldName, type: type as ScalarType };
    });
  return { name, fields, bytes: 4 * fields.length };
}

/**
 * Packs values by field name at a byte offset of `view`; fields without a value become 0.
 * @throws AppError `wgsl-struct` for a value that the struct has no field for.
 */
export function packStruct(
  layout: StructLayout,
  values: Readonly<Record<string, number>>,
  view: DataView,
  offset: number,
): void {
  const known = new Set(layout.fields.map((field) => field.name));
  for (const name of Object.keys(values)) {
    if (!known.has(name)) {
      throw new AppError(
        'wgsl-struct',
        `${layout.name} has no field ${name}.`,
        'Add it to shared/layerParams.wgsl.',
      );
    }
  }
  for (const [index, { name, type }] of layout.fields.entries()) {
    const value = values[name] ?? 0;
    const at = offset + 4 * index;
    if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'i32') view.setInt32(at, value, true);
    else view.setUint32(at, value, true);
  }
}
