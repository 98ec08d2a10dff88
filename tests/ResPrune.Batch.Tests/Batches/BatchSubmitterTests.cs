using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Commit;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Batches;

public sealed class BatchSubmitterTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly InMemoryBlobStore _store = new();
    private readonly BatchFlow _flow;

    private readonly TemporaryFolder _letters = new();

    public BatchSubmitterTests()
    {
        _flow = new BatchFlow(_store);
        for (var name = 'a'; name <= 'j'; name++) _letters.Write($"{name}.png", $"bytes of {name}");
    }

    private LocalImageFolder Letters => LocalImageFolder.Open(_letters.Path);

    public void Dispose() => _letters.Dispose();

    [Fact]
    public async Task A_folder_becomes_a_line_for_every_picture_and_question()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["b.JPG", "a/z.png", "a-1.webp", "ü.gif", "c.jpeg", "d.bmp", "notes.txt", ".hidden.png", ".cache/x.png", "a/.thumbs/y.png", "png"];
        foreach (var name in names) folder.Write(name, "x");
        var record = await SubmitAsync(new FolderInput(LocalImageFolder.Open(folder.Path), ["one?", "two \"quoted\"?"]));
        var rows = await StoredRowsAsync();
        string[] pictures = ["a-1.webp", "a/z.png", "b.JPG", "c.jpeg", "d.bmp", "ü.gif"];
        Assert.Equal(pictures.SelectMany(name => new[] { $"{name}#1", $"{name}#2" }), rows.Select(row => row.CustomId));
        Assert.Equal(pictures.SelectMany(name => new[] { name, name }), rows.Select(row => row.Image));
        Assert.Equal(["one?", "two \"quoted\"?"], rows.Take(2).Select(row => row.Question));
        Assert.Equal((BatchStatus.Validating, InputStyle.Simple), (record.Status, record.Spec.InputStyle));
    }

    [Fact]
    public async Task With_one_question_the_name_is_the_id_and_a_limit_counts_pictures()
    {
        await SubmitAsync(new FolderInput(Letters, ["q"]) { Limit = 3 });
        Assert.Equal(["a.png", "b.png", "c.png"], (await StoredRowsAsync()).Select(row => row.CustomId));
    }

    [Theory]
    [InlineData("{\"id\":1}\r\n\n x\n{\"id\":2}", null, "{\"id\":1}\r\n\n x\n{\"id\":2}")]
    [InlineData("\uFEFF\n{\"id\":1}\n\n{\"id\":2}\n{\"id\":3}\n", 2L, "\uFEFF\n{\"id\":1}\n\n{\"id\":2}\n")]
    [InlineData("{\"id\":1}\n{\"id\":2}", 9L, "{\"id\":1}\n{\"id\":2}")]
    public async Task A_file_is_taken_byte_for_byte_up_to_its_limit(string content, long? limit, string stored)
    {
        var record = await SubmitAsync(new JsonLinesInput(await BatchFlow.SourceAsync(content), "in.jsonl") { Limit = limit });
        Assert.Equal(stored, await _store.GetAsync(BatchBlobs.Input(BatchFlow.Id)));
        var bytes = System.Text.Encoding.UTF8.GetBytes(stored);
        Assert.Equal(bytes.Length, record.Input.Length);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), record.Input.Sha256);
        Assert.Equal((await _store.GetPropertiesAsync(record.Input.Blob, None))!.ETag, record.Input.ETag);
    }

    [Theory]
    [InlineData("{\"id\":\"x\"}", InputStyle.Simple)]
    [InlineData("\n\uFEFF\n{\"custom_id\":\"x\"}", InputStyle.Simple)]
    [InlineData("\n\n{\"custom_id\":\"x\"}\n{\"id\":1}", InputStyle.OpenAi)]
    [InlineData("{\"body\":{}}", InputStyle.OpenAi)]
    [InlineData("broken\n{\"custom_id\":\"x\"}", InputStyle.Simple)]
    public async Task The_first_line_tells_the_style(string content, InputStyle style) =>
        Assert.Equal(style, (await SubmitAsync(new JsonLinesInput(await BatchFlow.SourceAsync(content), "in.jsonl"))).Spec.InputStyle);

    [Fact]
    public async Task An_input_without_a_question_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        folder.Write("readme.txt", "x");
        var files = LocalFolderBlobStore.OpenReadOnly(folder.Path);
        var exception = await RefuseAsync(new FolderInput(LocalImageFolder.Open(folder.Path), ["q"]), "no_images");
        Assert.Contains(folder.Path, exception.Message, StringComparison.Ordinal);
        await RefuseAsync(new FolderInput(LocalImageFolder.Open(folder.Path), []), "no_questions");
        await RefuseAsync(new JsonLinesInput(files, "absent.jsonl"), "input_not_found");
        await RefuseAsync(new JsonLinesInput(await BatchFlow.SourceAsync("\n \r\n"), "in.jsonl"), "empty_input");

        async Task<BatchInputException> RefuseAsync(BatchInput input, string code)
        {
            var refused = await Assert.ThrowsAsync<BatchInputException>(() => SubmitAsync(input));
            Assert.Equal(code, refused.Code);
            Assert.Empty(await _store.NamesAsync());
            return refused;
        }
    }

    [Fact]
    public async Task A_setting_out_of_range_is_named()
    {
        var input = new FolderInput(Letters, ["q"]);
        foreach (var (spec, name) in new[]
        {
            (new BatchSpec { Model = "m", RowsPerShard = 0 }, "RowsPerShard"),
            (new BatchSpec { Model = "", MaxTokens = 1 }, "Model"),
            (new BatchSpec { Model = "m", TopP = 1.5 }, "TopP"),
        })
        {
            var exception = await Assert.ThrowsAsync<ValidationException>(() => _flow.Submitter.SubmitAsync(BatchFlow.Id, input, spec, null, None));
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Submitting_again_returns_the_first_batch_whatever_is_given()
    {
        var first = await SubmitAsync(new FolderInput(Letters, ["first"]));
        var again = await SubmitAsync(new FolderInput(Letters, ["second"]));
        Assert.Equal(first, again);
        Assert.Equal("first", (await StoredRowsAsync())[0].Question);
    }

    [Fact]
    public async Task An_input_left_by_a_crash_gives_way_to_the_new_one()
    {
        await _store.PutAsync(BatchBlobs.Input(BatchFlow.Id), "{\"id\":\"old\"}");
        await SubmitAsync(new FolderInput(Letters, ["new"]) { Limit = 1 });
        Assert.Equal("new", Assert.Single(await StoredRowsAsync()).Question);
    }

    [Fact]
    public async Task The_record_is_the_openai_batch_object_in_snake_case()
    {
        await _flow.Submitter.SubmitAsync(
            BatchFlow.Id, new FolderInput(Letters, ["q"]), BatchFlow.Spec(2), new Dictionary<string, string> { ["who"] = "me" }, None);
        await _flow.PlanAsync();
        var json = JsonDocument.Parse((await _store.GetAsync(BatchBlobs.Record(BatchFlow.Id)))!).RootElement;
        Assert.Equal(("batch", "in_progress", BatchFlow.Id.Value), (json.GetProperty("object").GetString(), json.GetProperty("status").GetString(), json.GetProperty("id").GetString()));
        Assert.Equal("/v1/chat/completions", json.GetProperty("endpoint").GetString());
        Assert.Equal(1_800_000_000, json.GetProperty("in_progress_at").GetInt64());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("completed_at").ValueKind);
        Assert.Equal(10, json.GetProperty("request_counts").GetProperty("total").GetInt32());
        Assert.Equal("me", json.GetProperty("metadata").GetProperty("who").GetString());
        Assert.Equal("simple", json.GetProperty("spec").GetProperty("input_style").GetString());
        Assert.Equal(5, json.GetProperty("plan").GetProperty("shards").GetInt32());
        Assert.False(json.TryGetProperty("is_terminal", out _));
    }

    private Task<BatchRecord> SubmitAsync(BatchInput input) => _flow.Submitter.SubmitAsync(BatchFlow.Id, input, BatchFlow.Spec(2), null, None);

    private async Task<List<BatchRequestLine>> StoredRowsAsync()
    {
        var rows = new List<BatchRequestLine>();
        await using var stream = await _store.OpenReadAsync(BatchBlobs.Input(BatchFlow.Id), 0, null, None);
        await foreach (var row in ManifestReader.ReadAsync(stream!, InputStyle.Simple, BatchSpec.DefaultMaxLineBytes, 1, 0, None)) rows.Add(row);
        Assert.All(rows, row => Assert.Null(row.Fault));
        return rows;
    }
}
