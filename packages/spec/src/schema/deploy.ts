import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { described, duration, oneOf, table, tables, wholeNumber } from "./described.ts";
import { dnsLabelName, line } from "./names.ts";

const wavesExample = 'waves = [["alpha"], ["beta", "gamma"]]';

function bound(description: string, example: string) {
  return z.optional(described(z.number(), { description, needs: "a number", example }));
}

export const deploy = table(
  {
    strategy: z.optional(
      oneOf(["rolling", "blue-green", "canary"], {
        description:
          "How a new release takes over: pod by pod, all at once beside the old one, or a growing share of requests",
        example: 'strategy = "rolling"',
        default: `"${defaults.strategy}"`,
      }),
    ),
    steps: z.optional(
      tables(
        table(
          {
            weight: wholeNumber(1, 100, {
              description: "Percent of the requests that the new release gets",
              example: "weight = 5",
            }),
            hold: z.optional(
              duration("s", 1, 7 * 86_400, {
                description: "How long the step lasts; a number is seconds",
                example: 'hold = "5m"',
                default: "until somebody promotes it",
              }),
            ),
          },
          { description: "One step", example: 'steps = [{ weight = 5, hold = "5m" }]' },
        ),
        50,
        {
          description:
            "Of a canary: its shares of the requests, rising; a step without hold lasts until somebody promotes it",
          example: 'steps = [{ weight = 5, hold = "5m" }, { weight = 50 }]',
        },
      ),
    ),
    switch: z.optional(
      oneOf(["at-once", "by-hand"], {
        description:
          "Of blue-green: whether requests go over when the new release stands, or when somebody promotes it",
        example: 'switch = "by-hand"',
        default: `"${defaults.switch}"`,
      }),
    ),
    waves: z.optional(
      described(
        z
          .array(
            described(
              z
                .array(dnsLabelName({ description: "A cluster", example: wavesExample }, "a cluster's name: "))
                .check(z.minLength(1)),
              {
                description: "Clusters that go together",
                needs: "a list of clusters' names",
                example: wavesExample,
              },
            ),
          )
          .check(z.maxLength(100)),
        {
          description: "In which order clusters go; those of one list together",
          needs: "a list of lists of clusters' names",
          example: wavesExample,
          default: "all at once",
        },
      ),
    ),
    bake: z.optional(
      duration("s", 0, 7 * 86_400, {
        description: "How long each wave is looked at before the next one begins; a number is seconds",
        example: 'bake = "10m"',
        default: "0",
      }),
    ),
    analysis: z.optional(
      tables(
        table(
          {
            query: line(2000, { description: "Query of the metrics", example: 'query = "error_rate"' }),
            min: bound("The least that is well", "min = 0.5"),
            max: bound("The most that is well", "max = 0.01"),
          },
          { description: "One measurement", example: 'analysis = [{ query = "error_rate", max = 0.01 }]' },
        ),
        50,
        {
          description:
            "Measurements that must stay within their bounds: at each step of a canary, and while a wave is looked at",
          example: 'analysis = [{ query = "error_rate", max = 0.01 }]',
        },
      ),
    ),
    timeout: z.optional(
      duration("s", 1, 86_400, {
        description: "Time that new pods may take to become ready; a number is seconds",
        example: 'timeout = "5m"',
        default: "the platform's",
      }),
    ),
  },
  { description: "How a new release takes over", example: '[deploy]\nstrategy = "rolling"' },
);
