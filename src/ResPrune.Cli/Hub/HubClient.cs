using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>
/// The hub's protocol: revisions, listings and files of one repository. The one client of it is
/// <c>huggingface_hub/hf_api.py</c> and <c>file_download.py</c>.
/// </summary>
internal sealed partial class HubClient
{
    private const long LargestFile = 1L << 50;
    private const int LongestListing = 10_000;

    private readonly HubHttp _http;
    private readonly HubSettings _settings;
    private readonly HubLimits _limits;
    private readonly HubRetry _retry;
    private readonly HubRepository _repository;
    private readonly HubRevision _revision;
    private readonly string _endpoint;

    /// <summary>Creates it.</summary>
    public HubClient(HubHttp http, HubSettings settings, HubLimits limits, HubRetry retry, HubRepository repository, HubRevision revision)
    {
        _http = http;
        _settings = settings;
        _limits = limits;
        _retry = retry;
        _repository = repository;
        _revision = revision;
        _endpoint = settings.Endpoint.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>Lists the files that the runtime reads.</summary>
    /// <exception cref="HubException">There is no such thing, or nothing in it that can be loaded.</exception>
    public async Task<HubListing> ListAsync(CancellationToken cancellationToken)
    {
        var revision = new Uri($"{_endpoint}/api/models/{_repository}/revision/{Uri.EscapeDataString(_revision.Text)}");
        var (answer, _) = await GetJsonAsync(revision, HubJsonContext.Default.RevisionAnswer, cancellationToken);
        if (!HubRevision.IsCommitId(answer!.Sha))
            throw new HubException(HubFailure.Protocol, $"{_settings.Endpoint.Authority} does not say which commit {_revision} of {_repository} is.");
        var tree = await ReadTreeAsync(answer.Sha!, cancellationToken);
        string[] paths = [.. (tree?.Select(entry => entry.Path) ?? (answer.Siblings ?? []).Select(sibling => sibling.Path)).OfType<string>()];
        string[] wanted = [.. paths.Where(WantedFiles.Contains).Distinct(StringComparer.Ordinal)];
        ThrowIfUnusable(wanted, paths);
        var files = new List<HubFile>();
        if (tree is not null)
        {
            var entries = tree.DistinctBy(entry => entry.Path).ToDictionary(entry => entry.Path!);
            files.AddRange(wanted.Select(name => FileOf(entries[name])));
        }
        else
        {
            // A mirror without listings still knows each file.
            foreach (var name in wanted) files.Add(await ReadHeadAsync(answer.Sha!, name, cancellationToken));
        }

        return new HubListing(answer.Sha!, [.. files.OrderBy(file => file.Size)]);
    }

    /// <summary>Asks for a file's content from a byte on.</summary>
    /// <exception cref="HubException">It is refused, or it is another file than the one that was listed.</exception>
    public async Task<HubReply> GetAsync(string commit, HubFile file, long from, CancellationToken cancellationToken)
    {
        var reply = await _http.SendAsync(HttpMethod.Get, AddressOf(commit, file.Name), from, cancellationToken);
        try
        {
            if (reply.Response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable) ThrowIfRefused(reply, file.Name);
            if ((reply.Commit is { } its && its != commit) || (ContentHash.TryParse(reply.Etag) is { } hash && hash != file.Hash))
                throw new HubException(HubFailure.Corrupt, $"{What(file.Name)} is at {_settings.Endpoint.Authority} not the file that its listing has.");
            return reply;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    /// <summary>Opens a body for reading with a deadline.</summary>
    public Task<HubBody> OpenAsync(HubReply reply, CancellationToken cancellationToken) => _http.OpenAsync(reply.Response, cancellationToken);

    /// <summary>A file in the words of an error message.</summary>
    public string What(string file) => $"{_repository}/{file}";

    private static HubFile FileOf(TreeAnswer entry) => Checked(entry.Path!, entry.Lfs?.Size ?? entry.Size, entry.Lfs?.Oid ?? entry.Oid);

    private static HubFile Checked(string name, long? size, string? etag) =>
        size is >= 0 and <= LargestFile && ContentHash.TryParse(etag) is { } hash
            ? new HubFile(name, size.Value, hash)
            : throw new HubException(HubFailure.Protocol, $"The hub does not say of '{name}' how long it is and what it hashes to.");

    private void ThrowIfUnusable(string[] wanted, string[] paths)
    {
        if (!wanted.Any(WantedFiles.IsWeights))
        {
            var refused = paths.FirstOrDefault(WantedFiles.IsRefusedWeights);
            throw new HubException(HubFailure.Unusable, refused is null
                ? $"{_repository} has no *.safetensors in revision '{_revision}': these are no weights that can be loaded."
                : $"{_repository} has its weights only in another form ('{refused}'), which is never loaded: name a revision with "
                    + "*.safetensors, or convert it with transformers (save_pretrained).");
        }

        if (!wanted.Contains("config.json"))
            throw new HubException(HubFailure.Unusable, $"{_repository} has no config.json in revision '{_revision}': it is not in the layout of transformers.");
    }

    /// <summary>All entries; null where there is no such listing.</summary>
    private async Task<IReadOnlyList<TreeAnswer>?> ReadTreeAsync(string commit, CancellationToken cancellationToken)
    {
        var entries = new List<TreeAnswer>();
        Uri? next = new($"{_endpoint}/api/models/{_repository}/tree/{commit}?recursive=true");
        for (var page = 0; next is not null; page++)
        {
            if (page == _limits.Pages)
                throw new HubException(HubFailure.Protocol, FormattableString.Invariant($"{_repository} has more than {page} pages of files."));
            var (answer, following) = await GetJsonAsync(
                next, HubJsonContext.Default.IReadOnlyListTreeAnswer, cancellationToken, optional: page == 0);
            if (answer is null) return null;
            // Only what may be wanted, or explains why nothing is: a page of a hostile listing must not pile up.
            entries.AddRange(answer.Where(entry => entry is { Type: "file", Path: { } path }
                && (WantedFiles.IsRefusedWeights(path) || WantedFiles.Contains(path))));
            if (entries.Count > LongestListing)
                throw new HubException(HubFailure.Protocol, FormattableString.Invariant($"{_repository} lists more than {LongestListing} files."));
            next = following;
        }

        return entries;
    }

    private async Task<HubFile> ReadHeadAsync(string commit, string name, CancellationToken cancellationToken) =>
        await _retry.RunAsync(
            async token =>
            {
                using var reply = await _http.SendAsync(HttpMethod.Head, AddressOf(commit, name), 0, token);
                // A HEAD stops where the hub sends to another host: that is an answer.
                if ((int)reply.Response.StatusCode / 100 != 3) ThrowIfRefused(reply, name);
                return Checked(name, reply.Size, reply.Etag);
            },
            cancellationToken);

    private Task<(T? Answer, Uri? Next)> GetJsonAsync<T>(
        Uri uri, JsonTypeInfo<T> type, CancellationToken cancellationToken, bool optional = false)
        where T : class => _retry.RunAsync(
        async token =>
        {
            using var reply = await _http.SendAsync(HttpMethod.Get, uri, 0, token);
            if (optional && reply.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented) return (null, null);
            ThrowIfRefused(reply, "its listing");
            await using var body = await _http.OpenAsync(reply.Response, token);
            var json = await body.ReadToEndAsync(_limits.JsonBytes);
            try
            {
                var answer = JsonSerializer.Deserialize(json.Span, type) ?? throw new JsonException("null");
                return ((T?)answer, NextPage(reply.Response, uri));
            }
            catch (JsonException exception)
            {
                throw new HubException(
                    HubFailure.Protocol,
                    $"{uri.Authority} answers {uri.AbsolutePath} with something that is not the hub's JSON (at {exception.Path ?? "its beginning"}). "
                        + "Is the endpoint right?",
                    exception);
            }
        },
        cancellationToken);

    private static Uri? NextPage(HttpResponseMessage response, Uri uri)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var links)) return null;
        var match = NextLink().Match(links.ToString());
        return match.Success && Uri.TryCreate(uri, match.Groups[1].Value, out var next) ? next : null;
    }

    private void ThrowIfRefused(HubReply reply, string file) => HubErrors.ThrowIfRefused(
        reply, new HubRequest(_settings.Endpoint, _repository, _revision, _settings.HasToken, What(file)), _http, _limits);

    private Uri AddressOf(string commit, string file) => new($"{_endpoint}/{_repository}/resolve/{commit}/{Uri.EscapeDataString(file)}");

    [GeneratedRegex("<([^<>]+)>\\s*;\\s*rel=\"next\"")]
    private static partial Regex NextLink();
}
