using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Server.Embedded;

namespace ResPrune.Server.Tests.Embedded;

/// <summary>A folder for the answers of one test, and pictures and a small model that are there.</summary>
internal sealed class TestRun : IDisposable
{
    public TestRun()
    {
        Output = Directory.CreateTempSubdirectory("resprune-server-test-").FullName;
        Store = LocalFolderBlobStore.OpenOrCreate(Output);
        Pictures = Path.GetDirectoryName(GoldenData.Files("images")[0])!;
        Model = GoldenData.Folders("models")[0];
    }

    public string Output { get; }

    public IBlobStore Store { get; }

    public string Pictures { get; }

    public string Model { get; }

    public BatchId Batch { get; } = BatchId.New(TimeProvider.System);

    public static IReadOnlyList<string> Questions { get; } = ["What is in the picture?", "How many things are there?"];

    public EmbeddedHostOptions Options => new()
    {
        Store = Store,
        Engine = new EngineOptions { ModelDirectory = Model, Device = "cpu", DType = "float32", BatchSize = 4 },
    };

    public FolderInput Input => new(LocalImageFolder.Open(Pictures), Questions);

    public BatchSpec Spec => new() { Model = "test", ImageRoot = Pictures, Keep = "1/2", MaxTokens = 4, RowsPerShard = 4 };

    /// <summary>An engine that holds every line after the first few, and a host that does not wait for it when it stops.</summary>
    public EmbeddedHostOptions HeldAfter(int lines, Action<HeldEngine> made) => Options with
    {
        DrainTimeout = TimeSpan.FromMilliseconds(200),
        LoadEngine = async (options, instruments, _, token) =>
        {
            var engine = new HeldEngine(await VisionLanguageEngine.LoadAsync(options, instruments, null, token), lines);
            made(engine);
            return engine;
        },
    };

    /// <summary>Ids of the rows in both result files.</summary>
    public async Task<IReadOnlyList<string>> AllIdsAsync() =>
        [.. await IdsAsync(BatchBlobs.Output(Batch)), .. await IdsAsync(BatchBlobs.Errors(Batch))];

    private async Task<IReadOnlyList<string>> IdsAsync(string blob)
    {
        var content = await Store.ReadAsync(blob, 1 << 26, CancellationToken.None);
        if (content is null) return [];
        var ids = new List<string>();
        foreach (var line in System.Text.Encoding.UTF8.GetString(content.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = System.Text.Json.JsonDocument.Parse(line);
            ids.Add(json.RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }

    public void Dispose() => Directory.Delete(Output, recursive: true);
}
