using System.CommandLine;
using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Commands;

/// <summary>Finds the folder of a model that was named.</summary>
internal static class ModelFolder
{
    /// <summary>The argument of verbs about one model.</summary>
    public static Argument<string> Argument() => new("DIR")
    {
        Description = "Model folder as Hugging Face publishes it, or the ORG/NAME of one that 'resprune model pull' or Python fetched.",
    };

    /// <summary>
    /// A folder as it was typed; where there is none and it reads as <c>ORG/NAME</c>, the model's snapshot in the Hugging Face cache.
    /// </summary>
    /// <exception cref="UsageException">It reads as a name and is not in the cache.</exception>
    public static string Find(string text)
    {
        if (Path.Exists(text) || !HubRepository.TryParse(text, out var repository)) return text;
        var cache = new HubCache(HubSettings.CacheFromEnvironment(Environment.GetEnvironmentVariable));
        return cache.Find(repository, HubRevision.Main) ?? throw new UsageException(
            $"'{text}' is no folder, and not in the Hugging Face cache in {cache.Directory}: type 'resprune model pull {text}' to fetch it.");
    }
}
