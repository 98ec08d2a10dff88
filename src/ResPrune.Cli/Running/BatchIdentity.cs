using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;

namespace ResPrune.Cli.Running;

/// <summary>
/// Everything that decides the answers of a run, by name. The same command gives the same batch, which is how it finds its earlier work;
/// another
/// command gives another, and the names say what is different.
/// </summary>
/// <param name="Facts">What decides the answers; short, so that it can be stored with the batch.</param>
internal sealed record BatchIdentity(IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>The batch of these facts.</summary>
    public BatchId Id
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, value) in Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal)) text.Append(name).Append('\0')
                .Append(value).Append('\0');
            return BatchId.Parse("batch_" + Hash(text.ToString())[..32]);
        }
    }

    /// <summary>Gathers the facts of a run.</summary>
    /// <param name="settings">What was typed.</param>
    /// <param name="input">What is asked about.</param>
    /// <param name="weightsDigest">Digest of the model's weights.</param>
    /// <param name="generation">What the model's <c>generation_config.json</c> decides; empty where it decides nothing.</param>
    public static BatchIdentity Of(RunSettings settings, RunInput input, string weightsDigest, string generation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(input);
        var facts = JobFacts.Of(settings.Spec, settings.Questions, settings.Limit);
        facts["INPUT"] = JobFacts.Shortened(input.Path);
        facts[JobFacts.InputContents] = input.Digest;
        facts["the model's weights"] = weightsDigest;
        if (generation.Length > 0) facts["the model's generation_config.json"] = JobFacts.Shortened(generation);
        facts["--dtype"] = settings.Engine.DType;
        return new BatchIdentity(facts);
    }

    /// <summary>Names of the facts in which a stored batch is another one.</summary>
    public IReadOnlyList<string> DifferencesFrom(IReadOnlyDictionary<string, string>? stored) =>
        JobFacts.Differences(Facts, stored);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
