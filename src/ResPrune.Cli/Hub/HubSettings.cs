using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>
/// Which hub, as whom, and where its files are kept: the environment variables of <c>huggingface_hub/constants.py</c>.
/// </summary>
internal sealed partial record HubSettings
{
    /// <summary>The public hub.</summary>
    public const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>The hub, without a slash at its end.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Who asks; null asks as nobody. Never printed.</summary>
    public string? Token { private get; init; }

    /// <summary>The folder of all repositories (<c>$HF_HOME/hub</c>).</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Whether only what is there may be used.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether requests say who asks.</summary>
    public bool HasToken => Token is not null;

    /// <summary>Reads them.</summary>
    /// <param name="variable">Gives a variable's value, null when it is not set.</param>
    /// <param name="endpoint">Goes before <c>HF_ENDPOINT</c>; null when nothing was typed.</param>
    /// <exception cref="FormatException">A value cannot be used; the message names the variable, and never a token.</exception>
    public static HubSettings FromEnvironment(Func<string, string?> variable, Uri? endpoint = null)
    {
        string? Value(string name) => ValueOf(variable, name);
        var tokenPath = Expanded(Value("HF_TOKEN_PATH") ?? Path.Combine(HomeFromEnvironment(variable), "token"), Value);
        var named = Value("HF_TOKEN") is null ? "HUGGING_FACE_HUB_TOKEN" : "HF_TOKEN";
        return new HubSettings
        {
            Endpoint = endpoint ?? ParseEndpoint(Value("HF_ENDPOINT") ?? DefaultEndpoint, "HF_ENDPOINT"),
            CacheDirectory = CacheFromEnvironment(variable),
            IsOffline = (Value("HF_HUB_OFFLINE") ?? Value("TRANSFORMERS_OFFLINE"))?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
            Token = CleanToken(Value(named), named) ?? ReadToken(tokenPath),
        };
    }

    /// <summary>Reads where files are kept.</summary>
    /// <param name="variable">Gives a variable's value, null when it is not set.</param>
    public static string CacheFromEnvironment(Func<string, string?> variable)
    {
        string? Value(string name) => ValueOf(variable, name);
        var hub = Value("HF_HUB_CACHE") ?? Value("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(HomeFromEnvironment(variable), "hub");
        return Path.GetFullPath(Expanded(hub, Value));
    }

    /// <summary>Reads the address of a hub.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Uri ParseEndpoint(string text, string name = "--endpoint") =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw new FormatException($"{name}: this is not the address of a hub: use one like {DefaultEndpoint} (the token goes into HF_TOKEN).");

    /// <summary>Says on a request who asks.</summary>
    public void Authorize(HttpRequestMessage request)
    {
        if (Token is not null) request.Headers.Authorization = new("Bearer", Token);
    }

    // A record's own ToString would print every property.
    /// <inheritdoc/>
    public override string ToString() => Endpoint.ToString();

    // An empty variable counts as one that is not set: that is how a deployment's templates leave it out.
    private static string? ValueOf(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;

    private static string HomeFromEnvironment(Func<string, string?> variable)
    {
        string? Value(string name) => ValueOf(variable, name);
        return Expanded(Value("HF_HOME") ?? Path.Combine(Value("XDG_CACHE_HOME") ?? "~/.cache", "huggingface"), Value);
    }

    private static string? ReadToken(string path)
    {
        try
        {
            return File.Exists(path) ? CleanToken(File.ReadAllText(path), path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The token in {path} cannot be read: {exception.Message}", exception);
        }
    }

    private static string? CleanToken(string? text, string source)
    {
        var token = text?.Trim();
        if (string.IsNullOrEmpty(token)) return null;
        return token.All(letter => letter is > ' ' and < (char)127)
            ? token
            : throw new FormatException($"The token in {source} has characters that no token has.");
    }

    private static string Expanded(string path, Func<string, string?> value)
    {
        var home = value("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal)) path = home + path[1..];
        return Variable().Replace(path, match => value(match.Groups[1].Value + match.Groups[2].Value) ?? match.Value);
    }

    [GeneratedRegex(@"\$(?:(\w+)|\{(\w+)\})")]
    private static partial Regex Variable();
}
