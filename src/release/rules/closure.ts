import { closeRelease } from "../closure/close-release.js";
import type { LoadedApplication, LoadedRelease } from "../closure/loaded.js";
import type { App, Manifest, Rel, RelApplication } from "../records.js";
import { ProblemError, type Problem, type Span } from "../../terms/problem.js";
import { applicationOf, type CheckContext, type CheckedApplication } from "./context.js";
import type { CodeMeaning, Rule } from "./rule.js";

const error = (code: string, meaning: string): CodeMeaning => ({ code, severity: "error", meaning });

/** How applications fit together: systools_make:get_release/2, on every release and on every application by itself. */
export const closure: Rule = {
  codes: [
    error("undefined-application", "An application uses or includes another one that the release doesn't have."),
    error("duplicate-registered-name", "Two processes would register one name."),
    error("duplicate-included-application", "An application is included by two others, or twice by one."),
    error("duplicate-module", "A module is listed by two applications of a release, or twice by one."),
    error("included-application-not-declared", "A `.rel` includes an application where the `.app` doesn't."),
    error("circular-dependency", "Applications depend on each other in a circle, so none can start first."),
    error("circular-inclusion", "Applications include each other in a circle."),
  ],
  check: (context) => [...releasesOf(context), ...singleApplications(context)].flatMap(problemsOf),
};

function problemsOf(release: LoadedRelease): readonly Problem[] {
  try {
    closeRelease(release);
    return [];
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
}

/** The releases. What can't be found of them is believed to be as it should: its absence is told elsewhere. */
function releasesOf(context: CheckContext): LoadedRelease[] {
  return context.releases.flatMap(({ rels }) =>
    rels.map((manifest) => ({
      rel: manifest.record,
      manifest,
      applications: manifest.record.applications.map((entry, index) => {
        const found = applicationOf(context, entry.name, entry.vsn);
        return loaded(found, entry) ?? standIn(entry, manifest.file, () => manifest.locate(["applications", index]));
      }),
    })),
  );
}

/** Each application as a release of its own, in which whatever it needs is there. */
function singleApplications({ applications }: CheckContext): LoadedRelease[] {
  return applications.flatMap((application): LoadedRelease[] => {
    const { app } = application;
    if (app === undefined) return [];
    const { name, vsn, applications: uses, includedApplications = [] } = app.record;
    const others = [...new Set([...uses, ...includedApplications])].filter((other) => other !== name);
    const entries = [name, ...others].map((each): RelApplication => ({ name: each, vsn }));
    const whole = (): Span => app.locate([]);
    const rel: Rel = { name, vsn, erts: "", applications: entries };
    const [own, ...needed] = entries;
    return [
      {
        rel,
        manifest: { file: app.file, record: rel, warnings: [], locate: whole },
        applications: [loaded(application, own!)!, ...needed.map((entry) => standIn(entry, app.file, whole))],
      },
    ];
  });
}

function loaded(application: CheckedApplication | undefined, entry: RelApplication): LoadedApplication | undefined {
  if (application?.app === undefined) return undefined;
  return { entry, app: application.app.record, dir: application.ebin, manifest: application.app };
}

/** An application of which nothing is known. */
function standIn(entry: RelApplication, file: string, locate: () => Span): LoadedApplication {
  const { name, vsn, includedApplications = [] } = entry;
  const app: App = { name, vsn, description: "", modules: [], registered: [], applications: [], includedApplications };
  const manifest: Manifest<App> = { file, record: app, warnings: [], locate };
  return { entry, app, dir: "", manifest };
}
