using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>A model's name on the hub, <c>ORG/NAME</c>. Rules: <c>huggingface_hub/utils/_validators.py</c>.</summary>
internal sealed partial record HubRepository
{
    private HubRepository(string organisation, string name)
    {
        Organisation = organisation;
        Name = name;
    }

    /// <summary>User or organisation.</summary>
    public string Organisation { get; }

    /// <summary>Name below it.</summary>
    public string Name { get; }

    /// <summary>Name of its folder in the cache.</summary>
    public string FolderName => $"models--{Organisation}--{Name}";

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubRepository? repository)
    {
        repository = null;
        if (!Form().IsMatch(text) || text.Contains("--", StringComparison.Ordinal) || text.Contains("..", StringComparison.Ordinal)
            || text.EndsWith(".git", StringComparison.Ordinal)) return false;
        var parts = text.Split('/');
        repository = new HubRepository(parts[0], parts[1]);
        return true;
    }

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static HubRepository Parse(string text) => TryParse(text, out var repository)
        ? repository
        : throw new FormatException($"'{text}' is not a model's name: use ORG/NAME, for example llava-hf/llava-1.5-7b-hf.");

    /// <inheritdoc/>
    public override string ToString() => $"{Organisation}/{Name}";

    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,94}[A-Za-z0-9_])?/[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,94}[A-Za-z0-9_])?\z")]
    private static partial Regex Form();
}
