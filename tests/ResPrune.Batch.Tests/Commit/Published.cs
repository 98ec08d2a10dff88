using System.Security.Cryptography;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>A finished simple-style batch as its user finds it, and the checks that hold for every one.</summary>
internal sealed record Published(string Output, string Errors, string Manifest)
{
    public static async Task<Published> ReadAsync(IBlobStore store) => new(
        (await store.GetAsync(BatchBlobs.Output(BatchFlow.Id)))!,
        (await store.GetAsync(BatchBlobs.Errors(BatchFlow.Id)))!,
        (await store.GetAsync(BatchBlobs.Manifest(BatchFlow.Id)))!);

    public List<JsonElement> Answers => Parse(Output);

    public List<JsonElement> Failures => Parse(Errors);

    public IEnumerable<string> AnsweredIds => Answers.Select(line => line.GetProperty("id").GetString()!);

    public IEnumerable<string> FailedCodes => Failures.Select(line => line.GetProperty("error").GetProperty("code").GetString()!);

    /// <summary>Each answer is the one to its own image and question.</summary>
    public void AssertAnswersBelong()
    {
        foreach (var line in Answers)
        {
            var name = line.GetProperty("image").GetString()!;
            var digest = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"bytes of {name[0]}")));
            Assert.Equal(BatchFlow.AnswerTo(digest, line.GetProperty("question").GetString()!), line.GetProperty("answer").GetString());
        }
    }

    private static List<JsonElement> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
