using System.Text;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A submitted batch of made-up pictures whose right answers are known.</summary>
internal sealed class TestBatch
{
    private readonly IBlobStore _store;
    private readonly Dictionary<string, string> _answers;

    private TestBatch(IBlobStore store, BatchId id, Dictionary<string, string> answers)
    {
        _store = store;
        Id = id;
        _answers = answers;
    }

    public BatchId Id { get; }

    public IReadOnlyCollection<string> Ids => _answers.Keys;

    public static BatchSpec Spec(int rowsPerShard) => new() { Model = "fake", RowsPerShard = rowsPerShard, ImageRoot = "images" };

    public static async Task<TestBatch> SubmitAsync(IBlobStore store, int rows, BatchSpec spec)
    {
        var answers = new Dictionary<string, string>();
        var lines = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            var image = Encoding.UTF8.GetBytes($"picture {row} of {spec.GetHashCode()}");
            await store.WriteAsync($"picture-{row}.jpg", image, BlobWriteCondition.Always, CancellationToken.None);
            var question = $"What is in picture {row}?";
            var id = $"row-{row}";
            lines.Append(JsonSerializer.Serialize(new { id, image = $"picture-{row}.jpg", question })).Append('\n');
            answers[id] = FakeEngine.AnswerTo(image, question);
        }

        await store.WriteAsync("input.jsonl", Encoding.UTF8.GetBytes(lines.ToString()), BlobWriteCondition.Always, CancellationToken.None);
        var batch = BatchId.New(TimeProvider.System);
        await new BatchSubmitter(store, TimeProvider.System)
            .SubmitAsync(batch, new JsonLinesInput(store, "input.jsonl"), spec, null, CancellationToken.None);
        return new TestBatch(store, batch, answers);
    }

    /// <summary>Every id has exactly one row over both files, and every answer is the one to its own question.</summary>
    public async Task<(IReadOnlyDictionary<string, string> Answers, IReadOnlyDictionary<string, string> Errors)> AssertEveryIdOnceAsync()
    {
        var output = await ReadAsync(BatchBlobs.Output(Id), "answer");
        var errors = await ReadAsync(BatchBlobs.Errors(Id), "error");
        var ids = output.Concat(errors).Select(row => row.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(_answers.Keys.Order(), ids.Order());
        foreach (var (id, answer) in output) Assert.Equal((id, _answers[id]), (id, answer));
        return (output.ToDictionary(row => row.Id, row => row.Value), errors.ToDictionary(row => row.Id, row => row.Value));
    }

    private async Task<List<(string Id, string Value)>> ReadAsync(string blob, string field)
    {
        var rows = new List<(string, string)>();
        if (await _store.ReadAsync(blob, 1 << 24, CancellationToken.None) is not { } content) return rows;
        foreach (var line in Encoding.UTF8.GetString(content.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var value = json.RootElement.GetProperty(field);
            var text = value.ValueKind == JsonValueKind.Object ? value.GetProperty("code") : value;
            rows.Add((json.RootElement.GetProperty("id").GetString()!, text.GetString()!));
        }

        return rows;
    }
}
