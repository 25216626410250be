import * as z from "zod";
import type { KindName } from "../kinds/kind.js";
import { describeKey, titles } from "./descriptions.js";
import { yamlForms } from "./yaml-forms.js";

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/** The JSON Schema (draft 7, which editors know) of a manifest's YAML form. */
export function jsonSchema(kind: KindName): object {
  const schema = z.toJSONSchema(yamlForms[kind], {
    target: "draft-7",
    io: "input",
    // Terms: what they are is judged when the file is read.
    unrepresentable: "any",
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: titles[kind], ...(described(kind, rest as Json) as object) };
}

/** The schema with a description at every property that has one. */
function described(kind: KindName, schema: Json): Json {
  if (isArray(schema)) return schema.map((part) => described(kind, part));
  if (schema === null || typeof schema !== "object") return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, Json] =>
    key === "properties"
      ? [key, describedProperties(kind, value as Record<string, Json>)]
      : [key, described(kind, value)],
  );
  return Object.fromEntries(entries);
}

function describedProperties(kind: KindName, properties: Readonly<Record<string, Json>>): Json {
  const siblings = Object.keys(properties);
  const entries = Object.entries(properties).map(([key, value]): [string, Json] => {
    const description = describeKey(kind, key, siblings);
    return [key, { ...(described(kind, value) as object), ...(description === undefined ? {} : { description }) }];
  });
  return Object.fromEntries(entries);
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
