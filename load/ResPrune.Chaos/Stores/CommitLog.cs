using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ResPrune.Chaos.Stores;

/// <summary>
/// Which attempts the service has taken as the commit of each shard, seen on the way. More than one for a shard means that two workers were
/// both told that their answers are the published ones.
/// </summary>
internal sealed class CommitLog
{
    private const int Created = 201;
    private const string Folder = "/commits/";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> _attempts = [];

    /// <summary>Whether a request writes a commit record.</summary>
    public static bool IsCommit(string method, string target) =>
        method == "PUT" && Uri.UnescapeDataString(target).Contains(Folder, StringComparison.Ordinal);

    /// <summary>The service has answered a request.</summary>
    public void Note(string head, byte[] body, int status)
    {
        var words = head.Split(' ', 3);
        if (status != Created || !IsCommit(words[0], words[1])) return;
        var attempt = JsonNode.Parse(body)!["attempt"]!.GetValue<string>();
        _attempts.GetOrAdd(Uri.UnescapeDataString(words[1].Split('?')[0]), _ => [])[attempt] = true;
    }

    /// <summary>Shards that were published more than once since the last question.</summary>
    public IReadOnlyList<string> TakeDuplicates()
    {
        string[] duplicates =
        [
            .. _attempts.Where(pair => pair.Value.Count > 1)
                .Select(pair => $"{pair.Key} was published {pair.Value.Count} times, by attempts {string.Join(" and ", pair.Value.Keys)}"),
        ];
        _attempts.Clear();
        return duplicates;
    }
}
