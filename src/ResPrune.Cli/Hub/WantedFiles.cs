using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>Which files of a repository the runtime reads. Never a pickle and never code: those run when they are loaded.</summary>
internal static partial class WantedFiles
{
    private const int LongestName = 255;

    /// <summary>Whether a file is one of them.</summary>
    /// <param name="path">Its path as the server gives it: untrusted.</param>
    /// <exception cref="HubException">It has the name of one and a path that leads elsewhere.</exception>
    public static bool Contains(string path)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        if (!Wanted().IsMatch(name)) return false;
        if (!IsSafe(path))
            throw new HubException(HubFailure.Protocol, $"The hub lists a file '{path}', which is not a path inside a folder. Nothing was fetched.");
        // Files in subfolders are other variants of the model (onnx/, original/): the runtime reads one folder.
        return name.Length == path.Length;
    }

    /// <summary>Whether a file is weights in a form that is refused.</summary>
    public static bool IsRefusedWeights(string path) => RefusedWeights().IsMatch(path);

    /// <summary>Whether a file is weights.</summary>
    public static bool IsWeights(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);

    private static bool IsSafe(string path) =>
        path.Length <= LongestName && !path.Any(letter => char.IsControl(letter) || letter is '\\' or ':')
        && path.Split('/').All(part => part is not ("" or "." or ".."));

    [GeneratedRegex(
        @"\A(?:(?:config|generation_config|preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map)\.json"
            + @"|chat_template\.[A-Za-z0-9]+|[^/\\]+\.safetensors|[^/\\]+\.safetensors\.index\.json)\z",
        RegexOptions.Singleline)]
    private static partial Regex Wanted();

    [GeneratedRegex(@"\.(?:bin|pt|pth|ckpt|h5|msgpack|gguf)\z")]
    private static partial Regex RefusedWeights();
}
