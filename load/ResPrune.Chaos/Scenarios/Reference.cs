using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ResPrune.Chaos.Scenarios;

/// <summary>What an undisturbed run answers: greedy decoding, so the same every time.</summary>
internal sealed class Reference(IReadOnlyDictionary<(string Image, string Question), Answer> answers)
{
    private readonly IReadOnlyDictionary<(string Image, string Question), Answer> _answers = answers;

    /// <summary>The answer to a row.</summary>
    public Answer this[ChaosRow row] => _answers[(row.Image, row.Question)];

    /// <summary>Questions that it answers as another one does.</summary>
    public int CountSame(Reference other) => _answers.Count(pair => other._answers[pair.Key] == pair.Value);

    /// <summary>Asks everything once, of one process that nobody disturbs.</summary>
    /// <param name="model">Folder of the model; null takes the bundled one.</param>
    /// <param name="folder">A new folder to do it in.</param>
    public static async Task<Reference> ComputeAsync(string? model, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, path) in ChaosInput.Pictures) File.Copy(path, Path.Combine(folder, name));
        var input = Path.Combine(folder, "everything.jsonl");
        ChaosInput.Write(ChaosInput.Everything, input);
        var output = Path.Combine(folder, "out");
        var program = Path.Combine(AppContext.BaseDirectory, "resprune.dll");
        string[] arguments =
        [
            program, "run", input, "--output", output, "--keep", ChaosInput.Keep, "--max-tokens", $"{ChaosInput.MaxTokens}", "--device", "cpu", "--quiet",
            .. model is null ? (string[])[] : ["--model", model],
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The undisturbed run exited {process.ExitCode}.");
        return new Reference(File.ReadLines(Path.Combine(output, "output.jsonl")).Select(line => JsonNode.Parse(line)!).ToDictionary(
            line => (line["image"]!.GetValue<string>(), line["question"]!.GetValue<string>()), Answer.Of));
    }
}
