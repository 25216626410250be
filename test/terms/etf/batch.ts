import type { useOracle } from "../../support/erlang.js";

/** Many byte strings in one: each behind its size in 32 bits. */
export function pack(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    items.flatMap((item) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(item.length);
      return [size, item];
    }),
  );
}

export function unpack(packed: Buffer): Buffer[] {
  const items: Buffer[] = [];
  for (let at = 0; at < packed.length;) {
    const size = packed.readUInt32BE(at);
    items.push(packed.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return items;
}

/**
 * Gives each item to the Erlang fun of `source`, of one argument, and the bytes that it answers; an empty answer where
 * it raises.
 */
export async function each(
  oracle: ReturnType<typeof useOracle>,
  source: string,
  items: readonly Uint8Array[],
): Promise<Buffer[]> {
  const program = `
    Each = ${source},
    [begin
       Answer = try iolist_to_binary(Each(Item)) catch _:_ -> <<>> end,
       <<(byte_size(Answer)):32, Answer/binary>>
     end || <<Size:32, Item:Size/binary>> <= Input].`;
  return unpack(await oracle.run(program, pack(items)));
}
