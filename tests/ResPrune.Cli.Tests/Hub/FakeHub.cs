using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>
/// A hub on this machine that speaks the protocol, and a second host that the large files are on. Tests make it fail by
/// <see cref="Intercept"/>.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    private const int PageSize = 3;

    private readonly WebApplication _hub;
    private readonly WebApplication _store;

    private FakeHub(FakeRepository repository)
    {
        Repository = repository;
        _hub = Build(isHub: true);
        _store = Build(isHub: false);
    }

    /// <summary>What it serves.</summary>
    public FakeRepository Repository { get; }

    /// <summary>Its address.</summary>
    public Uri Endpoint => new(_hub.Urls.Single());

    /// <summary>What it was asked.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <summary>The contents it was asked for.</summary>
    public IEnumerable<SeenRequest> Contents => Seen.Where(request => request.IsContent && !request.IsHub);

    /// <summary>Answers before the hub does; says whether it did.</summary>
    public Func<HttpContext, SeenRequest, Task<bool>> Intercept { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Whether it can list a commit's files.</summary>
    public bool HasTree { get; set; } = true;

    /// <summary>Starts it.</summary>
    public static async Task<FakeHub> StartAsync(FakeRepository? repository = null)
    {
        var hub = new FakeHub(repository ?? FakeRepository.Model());
        await hub._hub.StartAsync();
        await hub._store.StartAsync();
        return hub;
    }

    /// <summary>Begins a body and ends the connection before it is whole.</summary>
    public async Task CutAsync(HttpContext context, SeenRequest request, int bytes) => await SendAsync(context, Body(request), request.From, bytes);

    /// <summary>The content behind the address of a large file.</summary>
    public byte[] Body(SeenRequest request) => Repository.Files[request.FileName];

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static async Task SendAsync(HttpContext context, byte[] content, long from, int? atMost = null)
    {
        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = FormattableString.Invariant($"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        context.Response.ContentLength = content.Length - from;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        // Fewer bytes than announced: the server then ends the connection.
        var length = Math.Min(content.Length - (int)from, atMost ?? int.MaxValue);
        await context.Response.Body.WriteAsync(content.AsMemory((int)from, length));
        await context.Response.Body.FlushAsync();
    }

    private WebApplication Build(bool isHub)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(async context =>
        {
            var request = Read(context, isHub);
            Seen.Enqueue(request);
            if (await Intercept(context, request)) return;
            if (isHub) await AnswerAsync(context, request);
            else await SendAsync(context, Body(request), request.From);
        });
        return server;
    }

    private static SeenRequest Read(HttpContext context, bool isHub)
    {
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        var authorization = context.Request.Headers.Authorization.ToString();
        return new SeenRequest(isHub, context.Request.Method, context.Request.Path.Value!, range, authorization.Length > 0 ? authorization : null);
    }

    private Task AnswerAsync(HttpContext context, SeenRequest request)
    {
        var api = $"/api/models/{FakeRepository.Name}";
        var resolve = $"/{FakeRepository.Name}/resolve/{Repository.Commit}/";
        if (request.Path.StartsWith($"{api}/revision/", StringComparison.Ordinal)) return RevisionAsync(context, Uri.UnescapeDataString(request.Path[$"{api}/revision/".Length..]));
        if (request.Path == $"{api}/tree/{Repository.Commit}" && HasTree) return TreeAsync(context);
        if (request.Path.StartsWith(resolve, StringComparison.Ordinal)) return ResolveAsync(context, request, request.Path[resolve.Length..]);
        return Refuse(context, StatusCodes.Status404NotFound, request.Path.StartsWith(api, StringComparison.Ordinal) ? "EntryNotFound" : "RepoNotFound");
    }

    /// <summary>Refuses as the hub does.</summary>
    public static Task Refuse(HttpContext context, int status, string? code = null)
    {
        context.Response.StatusCode = status;
        if (code is not null) context.Response.Headers["X-Error-Code"] = code;
        return Task.CompletedTask;
    }

    private Task RevisionAsync(HttpContext context, string revision)
    {
        if (revision is not ("main" or "refs/pr/1") && revision != Repository.Commit) return Refuse(context, StatusCodes.Status404NotFound, "RevisionNotFound");
        return JsonAsync(context, new
        {
            id = FakeRepository.Name,
            sha = Repository.Commit,
            siblings = Repository.Files.Keys.Select(name => new { rfilename = name }),
        });
    }

    private Task TreeAsync(HttpContext context)
    {
        var page = int.Parse(context.Request.Query["cursor"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        object[] entries =
        [
            new { type = "directory", oid = new string('0', 40), size = 0, path = "onnx" },
            .. Repository.Files.Keys.Select(Entry),
        ];
        if ((page + 1) * PageSize < entries.Length)
            context.Response.Headers.Link = $"<{Endpoint}{context.Request.Path.Value![1..]}?recursive=true&cursor={page + 1}>; rel=\"next\"";
        return JsonAsync(context, entries.Skip(page * PageSize).Take(PageSize));
    }

    private object Entry(string name) => FakeRepository.IsLarge(name)
        ? new
        {
            type = "file",
            oid = new string('9', 40),
            size = Repository.SizeOf(name),
            lfs = new { oid = Repository.HashOf(name), size = Repository.SizeOf(name), pointerSize = 134 },
            path = name,
        }
        : new { type = "file", oid = Repository.HashOf(name), size = Repository.SizeOf(name), path = name };

    private Task ResolveAsync(HttpContext context, SeenRequest request, string name)
    {
        var headers = context.Response.Headers;
        headers["X-Repo-Commit"] = Repository.Commit;
        if (!FakeRepository.IsLarge(name))
        {
            headers.ETag = $"\"{Repository.HashOf(name)}\"";
            return SendAsync(context, Repository.Files[name], request.From);
        }

        headers["X-Linked-Etag"] = $"\"{Repository.HashOf(name)}\"";
        headers["X-Linked-Size"] = Repository.SizeOf(name).ToString(CultureInfo.InvariantCulture);
        headers.ETag = $"\"{new string('9', 40)}\"";
        context.Response.Redirect($"{_store.Urls.Single()}/signed/{name}?signature=secret");
        return Task.CompletedTask;
    }

    private static Task JsonAsync<T>(HttpContext context, T answer) => context.Response.WriteAsJsonAsync(answer, JsonSerializerOptions.Web);
}
