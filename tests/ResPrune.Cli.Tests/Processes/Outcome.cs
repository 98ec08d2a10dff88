using System.Text.Json;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>What a finished process left.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as one JSON value; fails when there is anything else.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Fails with everything the process said unless it ended with <paramref name="exitCode"/>.</summary>
    public Outcome Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}.\nOutput:\n{Output}\nError:\n{Error}");
        return this;
    }

    /// <summary>
    /// Asserts that the program refused: exit code 2, nothing on standard output, one line on standard error that has all these words.
    /// </summary>
    public void ExpectRefusal(params string[] words)
    {
        Expect(2);
        Assert.Empty(Output);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
    }
}
