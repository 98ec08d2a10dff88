using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A batch followed by its trace, in a collector that real processes send their spans to.</summary>
public sealed class TracingTests : IDisposable
{
    private const int Rows = 160;
    private const string Question = "Is there a zanzibarine-4711 in the picture?";

    private readonly TestFleet _fleet = new();

    [Fact]
    public async Task OneTraceLeadsFromTheSubmissionOverTheLossOfTheCoordinatorToTheEnd()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        foreach (var (name, value) in collector.Variables) _fleet.Set(name, value);
        _fleet.Set("OTEL_SERVICE_NAME", "captions");
        // A client that finds the coordinator killed waits for the other control silo, also on a machine that is busy.
        _fleet.Set("RESPRUNE__STARTTIMEOUT", "00:02:00");
        Resprune[] control = [_fleet.Start("control", "control-0"), _fleet.Start("control", "control-1")];
        var worker = _fleet.Start("worker", "worker-0", "--device", "cpu");
        await TestFleet.AreUpAsync([.. control, worker]);
        var batch = await _fleet.SubmitAsync(Input(), "--max-tokens", "4");
        using var watch = _fleet.StartVerb("watch", batch);
        await collector.UntilAsync("A commit", spans => spans.Any(span => span.Name == "shard commit"));
        await collector.UntilAsync("The plan", spans => spans.Any(span => span.Name == "batch plan"));
        control.Single(silo => silo.Error.Contains($"Batch {batch} has", StringComparison.Ordinal)).Signal("KILL");
        (await watch.EndAsync()).Expect(3);
        foreach (var silo in (Resprune[])[.. control, worker]) await LeaveAsync(silo);
        (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.Output)).Expect(0);

        Assert.Empty(collector.Strange);
        var spans = collector.Spans;
        ExpectOneTrace(spans, batch);
        ExpectEveryShardAndRow(spans, BatchId.Parse(batch));
        Assert.Equal(2, spans.Where(span => span.Name == "batch plan").Select(span => span.Resource["service.instance.id"]).Distinct().Count());
        ExpectNothingOfTheRows(collector, _fleet.Results().Select(row => row["answer"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ARunIsTracedWhenAskedToBeAndOnlyThen()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var place = new Workplace();
        string[] run = ["run", place.Pictures(2), "--ask", Question, "--max-tokens", "2", "--quiet"];
        foreach (var (name, value) in (KeyValuePair<string, string>[])[new("OTEL_SDK_DISABLED", "true"), new("OTEL_TRACES_EXPORTER", "none"), new("OTEL_TRACES_SAMPLER", "always_off")])
        {
            using var silent = Resprune.StartIn(
                new Dictionary<string, string>(collector.Variables) { [name] = value }, [.. run, "--output", place.PathOf(name)]);
            (await silent.EndAsync()).Expect(0);
            Assert.Empty(collector.Bodies);
        }

        using var traced = Resprune.StartIn(collector.Variables, [.. run, "--output", place.Output]);
        (await traced.EndAsync()).Expect(0);
        var spans = collector.Spans;
        Assert.Single(spans.Select(span => span.TraceId).Distinct());
        Assert.Equal(
            ["batch finalize", "batch plan", "batch submit", "row", "row", "row fetch", "row fetch", "row generate", "row generate", "shard attempt", "shard commit"],
            spans.Select(span => span.Name).Order(StringComparer.Ordinal));
        ExpectNothingOfTheRows(collector, place.Results().Select(row => row["answer"]!.GetValue<string>()));
    }

    public void Dispose() => _fleet.Dispose();

    private static async Task LeaveAsync(Resprune silo)
    {
        if (silo.HasEnded) return;
        silo.Signal("TERM");
        (await silo.EndAsync()).Expect(0);
    }

    /// <summary>A line for each picture, and one picture is not there.</summary>
    private string Input()
    {
        var folder = _fleet.Pictures(Rows - 1);
        var names = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));
        return _fleet.Lines([.. names.Append("nowhere/4711.png").Select((image, n) => new { id = $"id-{n}", image, question = Question })]);
    }

    private static void ExpectOneTrace(IReadOnlyList<ReceivedSpan> spans, string batch)
    {
        var submit = Assert.Single(spans, span => span.Name == "batch submit");
        Assert.Empty(submit.ParentId);
        Assert.Equal(batch, submit.Attributes["resprune.batch.id"]);
        Assert.Equal([submit.TraceId], spans.Select(span => span.TraceId).Distinct());
        Assert.Equal(["captions"], spans.Select(span => span.Resource["service.name"]).Distinct());
        var finalize = spans.Last(span => span.Name == "batch finalize");
        Assert.Equal(("completed", submit.SpanId), (finalize.Attributes["resprune.batch.status"], finalize.ParentId));
        Assert.Equal($"{Rows - 1}", finalize.Attributes["resprune.rows.answered"]);
        foreach (var attempt in spans.Where(span => span.Name == "shard attempt"))
        {
            Assert.Equal((submit.SpanId, "worker-0"), (attempt.ParentId, attempt.Resource["service.instance.id"]));
            foreach (var stage in (string[])["fetch", "preprocess", "encode", "prune", "prefill", "decode"])
                Assert.Contains($"resprune.stage.seconds.{stage}", attempt.Attributes.Keys);
        }
    }

    private static void ExpectEveryShardAndRow(IReadOnlyList<ReceivedSpan> spans, BatchId batch)
    {
        var committed = spans.Where(span => span.Attributes.GetValueOrDefault("resprune.attempt.result") == "committed").ToList();
        Assert.Equal(
            Enumerable.Range(0, Rows / 8).Select(n => $"{n}").Order(StringComparer.Ordinal),
            committed.Select(span => span.Attributes["resprune.shard.ordinal"]).Order(StringComparer.Ordinal));
        Assert.All(committed, span => Assert.Contains(spans, other => other.Name == "shard commit" && other.ParentId == span.SpanId));
        var rows = spans.Where(span => span.Name == "row").ToList();
        Assert.Equal(
            Enumerable.Range(1, Rows).Select(line => batch.RequestId(line)).Order(StringComparer.Ordinal),
            rows.Select(span => span.Attributes["resprune.request.id"]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Contains(spans, span => span.Name == "shard attempt" && span.SpanId == row.ParentId));
        var failed = committed.SelectMany(span => span.Events).Single();
        Assert.Equal(("row failed", batch.RequestId(Rows), "image_not_found"), (failed[""], failed["resprune.request.id"], failed["error.type"]));
    }

    /// <summary>Strings stand in the messages as they are.</summary>
    private static void ExpectNothingOfTheRows(OtlpReceiver collector, IEnumerable<string> answers)
    {
        string[] secrets = ["zanzibarine", "nowhere", .. answers.Where(answer => answer.Length > 8).Distinct()];
        foreach (var body in collector.Bodies)
            Assert.All(secrets, secret => Assert.True(body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"'{secret}' was sent."));
    }
}
