using System.Globalization;
using ResPrune.Batch.Storage;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>
/// The fleet's store: <see cref="InMemoryBlobStore"/>, but for what grows with the rows. The input is generated when it is read, rows of
/// attempts lie in a file, result files are looked at and not kept.
/// </summary>
internal sealed class FleetBlobs(GeneratedInput input) : IBlobStore, IDisposable
{
    /// <summary>Where the questions are submitted from.</summary>
    public const string Questions = "questions.jsonl";

    private const string InputETag = "generated";

    private readonly InMemoryBlobStore _small = new();
    private readonly AttemptFile _attempts = new();
    private volatile bool _isSubmitted;
    private long _version;

    /// <summary>What the result files say that were written last.</summary>
    public WrittenResults Results { get; private set; } = new(input.Rows);

    /// <inheritdoc/>
    public string Location => "simulated";

    /// <inheritdoc/>
    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) => Of(name) == Kind.Input
        ? Task.FromResult<BlobProperties?>(_isSubmitted ? new BlobProperties(name, InputETag, input.Length) : null)
        : _small.GetPropertiesAsync(name, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        name == Questions || Of(name) == Kind.Input
            ? Task.FromResult<Stream?>(input.Open(offset, length))
            : _small.OpenReadAsync(name, offset, length, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (Of(name) != Kind.Attempt) return _small.ReadAsync(name, maxBytes, cancellationToken);
        return Task.FromResult(_attempts.Read(name) is { } content ? new BlobContent(content, InputETag) : null);
    }

    /// <inheritdoc/>
    public Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        if (Of(name) != Kind.Attempt) return _small.WriteAsync(name, content, condition, cancellationToken);
        _attempts.Write(name, content.Span);
        return Task.FromResult(BlobWriteResult.Written(NextVersion()));
    }

    /// <inheritdoc/>
    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) => Of(name) switch
    {
        Kind.Input => Task.FromResult<BlobUpload>(new LookedAtUpload(null, () =>
        {
            _isSubmitted = true;
            return InputETag;
        })),
        Kind.Result => Task.FromResult<BlobUpload>(new LookedAtUpload(ResultsOf(name).Note, NextVersion)),
        _ => _small.BeginUploadAsync(name, cancellationToken),
    };

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => _small.ListAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        _small.ListFoldersAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => _small.DeleteAsync(name, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _attempts.Dispose();

    private static Kind Of(string name)
    {
        if (name.Contains("/attempts/", StringComparison.Ordinal)) return Kind.Attempt;
        if (name.EndsWith("/input.jsonl", StringComparison.Ordinal)) return Kind.Input;
        var isResult = name.EndsWith("/output.jsonl", StringComparison.Ordinal) || name.EndsWith("/errors.jsonl", StringComparison.Ordinal);
        return isResult ? Kind.Result : Kind.Small;
    }

    // The answers are begun first, the errors beside them; a publication that is repeated starts again.
    private WrittenResults ResultsOf(string name) =>
        name.EndsWith("/output.jsonl", StringComparison.Ordinal) ? Results = new WrittenResults(input.Rows) : Results;

    private string NextVersion() => "v" + Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);

    private enum Kind
    {
        Small,
        Input,
        Attempt,
        Result,
    }

    private sealed class LookedAtUpload(LineSink.NoteLine? note, Func<string> complete) : BlobUpload
    {
        private readonly LineSink _content = new(note);

        public override Stream Content => _content;

        public override Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken) =>
            Task.FromResult(BlobWriteResult.Written(complete()));

        public override ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
