// A file's name where there is little room: devices write the date first, so its end, which tells files apart, stays.

const END_LENGTH = 17; // DSJ4A017_0001.mp4
const SHORT = 26;

export function FileName({ name }: { name: string }) {
  if (name.length <= SHORT) {
    return (
      <span class="clip" title={name}>
        {name}
      </span>
    );
  }
  return (
    <span class="file-name" title={name}>
      <span class="clip">{name.slice(0, -END_LENGTH)}</span>
      <span>{name.slice(-END_LENGTH)}</span>
    </span>
  );
}
