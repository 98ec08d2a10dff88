using System.Globalization;

namespace ResPrune.Chaos;

/// <summary>What is asked of this program.</summary>
internal sealed record ChaosOptions
{
    public const string Usage = """
        bash load/chaos.sh --from SEED --count N [--keep-going] [--whole] [--store folder|container] [--rows N]
        bash load/chaos.sh --break-commits [--from SEED] [--count N]   the same without create-only commits: must find duplicates
        bash load/chaos.sh --recovery N                                seconds from a fault until rows are committed again, N times each
        bash load/chaos.sh --neighbour N                               speed of a batch alone and beside one that cannot be opened, N times each
        """;

    /// <summary>First seed.</summary>
    public int From { get; private init; } = 1;

    /// <summary>Seeds.</summary>
    public int Count { get; private init; } = 20;

    /// <summary>Goes on after a violation.</summary>
    public bool KeepGoing { get; private init; }

    /// <summary>Faults last as long as in the real world instead of just long enough.</summary>
    public bool Whole { get; private init; }

    /// <summary>Every seed on this store; null leaves it to the seed.</summary>
    public Scenarios.StoreKind? Store { get; private init; }

    /// <summary>Rows of a batch.</summary>
    public int Rows { get; private init; } = 120;

    /// <summary>The store takes every commit record for the first.</summary>
    public bool BreakCommits { get; private init; }

    /// <summary>Repetitions of each recovery measurement; null does not measure.</summary>
    public int? Recovery { get; private init; }

    /// <summary>Repetitions of the measurement beside a batch that cannot be opened; null does not measure.</summary>
    public int? Neighbour { get; private init; }

    /// <summary>Folder for the logs of seeds that went wrong.</summary>
    public string Evidence { get; private init; } = Path.Combine("artifacts", "chaos");

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ChaosOptions();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var name))
        {
            options = name switch
            {
                "--from" => options with { From = Number(name, rest, int.MinValue) },
                "--count" => options with { Count = Number(name, rest, 1) },
                "--rows" => options with { Rows = Number(name, rest, 8) },
                "--recovery" => options with { Recovery = Number(name, rest, 1) },
                "--neighbour" => options with { Neighbour = Number(name, rest, 1) },
                "--evidence" => options with { Evidence = Text(name, rest) },
                "--store" => options with { Store = Enum.Parse<Scenarios.StoreKind>(Text(name, rest), ignoreCase: true) },
                "--keep-going" => options with { KeepGoing = true },
                "--whole" => options with { Whole = true },
                "--break-commits" => options with { BreakCommits = true, Store = Scenarios.StoreKind.Container },
                _ => throw new FormatException($"'{name}' is not known."),
            };
        }

        return options;
    }

    private static string Text(string name, Queue<string> rest) =>
        rest.TryDequeue(out var text) ? text : throw new FormatException($"{name} needs a value.");

    private static int Number(string name, Queue<string> rest, int least)
    {
        var text = Text(name, rest);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"{name}: '{text}' is not a whole number of {least} or more.");
    }
}
