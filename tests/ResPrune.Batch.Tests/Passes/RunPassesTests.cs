using ResPrune.Batch.Batches;
using ResPrune.Batch.Passes;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Passes;

public sealed class RunPassesTests : IDisposable
{
    private readonly PassFlow _flow = new();

    public RunPassesTests()
    {
        foreach (var name in "abcd") _flow.Write($"{name}.png", $"bytes of {name}");
    }

    [Fact]
    public async Task A_second_pass_over_an_unchanged_input_asks_nothing()
    {
        _flow.WriteLines("1:a.png", "2:b.png");
        Assert.Equal(new PassCounts { New = 2 }, await _flow.RunAsync(_flow.Lines()));
        var first = await _flow.PrepareAsync(_flow.Lines());
        var second = await _flow.PrepareAsync(_flow.Lines());
        Assert.Equal(first.Pass!.Id, second.Pass!.Id);
        Assert.Equal(0, await _flow.AnswerAsync(second, int.MaxValue));
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("./a.png")]
    [InlineData("{0}/a.png")]
    [InlineData("file://{0}/a.png")]
    public async Task An_image_with_other_bytes_is_asked_again_however_it_is_named(string image)
    {
        image = image.Replace("{0}", _flow.Folder, StringComparison.Ordinal);
        _flow.WriteLines($"1:{image}", "2:b.png", $"3:{image}|And?");
        await _flow.RunAsync(_flow.Lines());
        // As long as before, and with the old times.
        var times = File.GetLastWriteTimeUtc(Path.Combine(_flow.Folder, "a.png"));
        File.SetLastWriteTimeUtc(_flow.Write("a.png", "BYTES OF A"), times);
        Assert.Equal(new PassCounts { Changed = 2, Kept = 1 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["1", "2", "3"], _flow.AnsweredIds);
        _flow.AssertNothingIsStale();
    }

    [Fact]
    public async Task A_touched_or_copied_image_with_the_same_bytes_keeps_its_answer_and_is_known_by_its_new_times_then()
    {
        await _flow.RunAsync(_flow.Images("What?"));
        File.SetLastWriteTimeUtc(Path.Combine(_flow.Folder, "a.png"), DateTime.UnixEpoch);
        File.Copy(Path.Combine(_flow.Folder, "b.png"), Path.Combine(_flow.Folder, "new"));
        File.Move(Path.Combine(_flow.Folder, "new"), Path.Combine(_flow.Folder, "b.png"), overwrite: true);
        Assert.Equal(new PassCounts { Kept = 4 }, await _flow.RunAsync(_flow.Images("What?")));
        Assert.Equal(["a.png", "b.png", "c.png", "d.png"], _flow.AnsweredIds);
        var state = await _flow.PrepareAsync(_flow.Images("What?"));
        Assert.Equal(state.Pass!.Id, (await _flow.PrepareAsync(_flow.Images("What?"))).Pass!.Id);
    }

    [Fact]
    public async Task Images_added_to_a_folder_are_asked_and_stand_in_their_places()
    {
        await _flow.RunAsync(_flow.Images("What?", "How many?"));
        _flow.Write("aa.png", "bytes of aa");
        _flow.Write("z.png", "bytes of z");
        Assert.Equal(new PassCounts { New = 4, Kept = 8 }, await _flow.RunAsync(_flow.Images("What?", "How many?")));
        string[] names = ["a.png", "aa.png", "b.png", "c.png", "d.png", "z.png"];
        Assert.Equal(names.SelectMany(name => (string[])[name + "#1", name + "#2"]), _flow.AnsweredIds);
        _flow.AssertNothingIsStale();
        Assert.Equal((12L, 12L), (_flow.Manifest!.Rows, Assert.Single(_flow.Manifest.Engines).Rows));
        Assert.Equal(12 * 16, _flow.Manifest.Totals.VisualTokens.Total);
    }

    [Fact]
    public async Task A_repaired_image_is_answered_and_a_missing_one_is_tried_again()
    {
        _flow.Write("b.png", "broken");
        _flow.WriteLines("1:a.png", "2:b.png", "3:none.png", "4:c.png");
        await _flow.RunAsync(_flow.Lines());
        Assert.Equal(["2", "3"], _flow.FailedIds);
        _flow.Write("b.png", "whole");
        Assert.Equal(new PassCounts { Changed = 1, Failed = 1, Kept = 2 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["1", "2", "4"], _flow.AnsweredIds);
        Assert.Equal(["3"], _flow.FailedIds);
        _flow.Write("none.png", "here");
        Assert.Equal(new PassCounts { Changed = 1, Kept = 3 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["1", "2", "3", "4"], _flow.AnsweredIds);
        Assert.Empty(_flow.Errors);
        _flow.AssertNothingIsStale();
    }

    [Fact]
    public async Task Retry_none_keeps_failures_and_retry_all_asks_everything()
    {
        _flow.Write("b.png", "broken");
        _flow.WriteLines("1:a.png", "2:b.png", "3:c.png");
        await _flow.RunAsync(_flow.Lines());
        var kept = await _flow.PrepareAsync(_flow.Lines(), RetryPolicy.None);
        Assert.Equal(0, await _flow.AnswerAsync(kept, int.MaxValue));
        // A changed row is no retry: keeping its answer would be keeping the answer about another image.
        _flow.Write("c.png", "another");
        _flow.WriteLines("1:a.png", "2:b.png", "3:c.png", "4:d.png");
        Assert.Equal(new PassCounts { New = 1, Changed = 1, Kept = 1, KeptFailed = 1 }, await _flow.RunAsync(_flow.Lines(), RetryPolicy.None));
        Assert.Equal(["1", "3", "4"], _flow.AnsweredIds);
        Assert.Equal(["2"], _flow.FailedIds);
        Assert.Equal(new PassCounts { Failed = 1, Again = 3 }, await _flow.RunAsync(_flow.Lines(), RetryPolicy.All));
        Assert.Equal(new PassCounts { Failed = 1, Again = 3 }, await _flow.RunAsync(_flow.Lines(), RetryPolicy.All));
        _flow.AssertNothingIsStale();
    }

    [Fact]
    public async Task A_limit_can_be_raised_and_lowered()
    {
        _flow.WriteLines("1:a.png", "2:b.png", "3:c.png", "4:d.png");
        await _flow.RunAsync(_flow.Lines(limit: 2));
        Assert.Equal(new PassCounts { New = 2, Kept = 2 }, await _flow.RunAsync(_flow.Lines(limit: 5)));
        Assert.Equal(["1", "2", "3", "4"], _flow.AnsweredIds);
        Assert.Equal(new PassCounts { Kept = 1, Removed = 3 }, await _flow.RunAsync(_flow.Lines(limit: 1)));
        Assert.Equal(["1"], _flow.AnsweredIds);
        // What was set aside is used again.
        Assert.Equal(new PassCounts { Kept = 4 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["1", "2", "3", "4"], _flow.AnsweredIds);
    }

    [Fact]
    public async Task Removed_lines_are_counted_once_and_moved_lines_keep_their_answers_with_their_new_numbers()
    {
        _flow.WriteLines("1:a.png", "2:b.png", "3:none.png", "4:d.png");
        await _flow.RunAsync(_flow.Lines());
        _flow.WriteLines("", "4:d.png", "3:none.png", "1:a.png");
        Assert.Equal(new PassCounts { Failed = 1, Kept = 2, Removed = 1 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["4", "1"], _flow.AnsweredIds);
        Assert.Equal(3, Assert.Single(_flow.Errors).GetProperty("line").GetInt64());
        Assert.Equal(new PassCounts { Failed = 1, Kept = 2 }, await _flow.RunAsync(_flow.Lines()));
    }

    [Fact]
    public async Task A_line_that_asks_something_else_is_changed_and_one_that_is_only_written_otherwise_is_not()
    {
        _flow.WriteLines("1:a.png", "2:b.png", "3:c.png", "4:d.png");
        await _flow.RunAsync(_flow.Lines());
        _flow.WriteLines(
            "1:a.png|Where?",
            """{"id":"2","image":"c.png","question":"What?"}""",
            """{"id":"3","image":"c.png","question":"What?","max_tokens":3}""",
            """{ "question": "What?", "id": "4", "image": "d.png" }""");
        Assert.Equal(new PassCounts { Changed = 3, Kept = 1 }, await _flow.RunAsync(_flow.Lines()));
        _flow.AssertNothingIsStale();
        // What a result line repeats, and the line's own budget, are parts of it too.
        _flow.WriteLines("""{"id":"4","image":"d.png","question":"What?","mine":7}""");
        Assert.Equal(new PassCounts { Changed = 1, Removed = 3 }, await _flow.RunAsync(_flow.Lines()));
        _flow.WriteLines("""{"id":"4","image":"d.png","question":"What?","mine":7,"keep":"all"}""");
        Assert.Equal(new PassCounts { Changed = 1 }, await _flow.RunAsync(_flow.Lines()));
    }

    [Fact]
    public async Task Lines_that_cannot_be_asked_and_repeated_ids_are_said_in_every_pass_and_cost_none()
    {
        _flow.WriteLines("1:a.png", "{\"id\":\"2\",", "1:b.png", "no json", "5:c.png");
        Assert.Equal(new PassCounts { New = 2, Faults = 3 }, await _flow.RunAsync(_flow.Lines()));
        var errors = _flow.Errors.Select(error => error.ToString()).ToArray();
        Assert.Equal(["2", "1", "line-4 (no id)"], _flow.FailedIds);
        _flow.WriteLines("1:a.png", "{\"id\":\"2\",", "1:b.png", "no json", "5:c.png", "6:d.png");
        Assert.Equal(new PassCounts { New = 1, Faults = 3, Kept = 2 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(errors, _flow.Errors.Select(error => error.ToString()));
        Assert.Equal(["1", "5", "6"], _flow.AnsweredIds);
        _flow.WriteLines("no json");
        Assert.Equal(new PassCounts { Faults = 1, Removed = 3 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Empty(_flow.Answers);
    }

    [Fact]
    public async Task A_pass_that_was_cut_off_goes_on_where_it_was()
    {
        await _flow.RunAsync(_flow.Images("What?"));
        foreach (var name in "efghij") _flow.Write($"{name}.png", $"bytes of {name}");
        var cut = await _flow.PrepareAsync(_flow.Images("What?"));
        Assert.Equal(4, await _flow.AnswerAsync(cut, shards: 2));
        var resumed = await _flow.PrepareAsync(_flow.Images("What?"));
        Assert.Equal(cut.Pass!.Id, resumed.Pass!.Id);
        Assert.Equal(2, await _flow.AnswerAsync(resumed, int.MaxValue));
        await _flow.PublishAsync(resumed);
        Assert.Equal("abcdefghij".Select(name => $"{name}.png"), _flow.AnsweredIds);
    }

    [Fact]
    public async Task What_a_pass_brought_before_it_was_cut_off_counts_when_the_input_has_changed_since()
    {
        var cut = await _flow.PrepareAsync(_flow.Images("What?"));
        Assert.Equal(2, await _flow.AnswerAsync(cut, shards: 1));
        // One that was answered, and one that was not.
        _flow.Write("a.png", "other");
        _flow.Write("d.png", "other, too");
        var next = await _flow.PrepareAsync(_flow.Images("What?"));
        Assert.Equal(new PassCounts { New = 2, Changed = 1, Kept = 1 }, next.Pass!.Counts);
        Assert.Equal(3, await _flow.AnswerAsync(next, int.MaxValue));
        await _flow.PublishAsync(next);
        Assert.Equal(["a.png", "b.png", "c.png", "d.png"], _flow.AnsweredIds);
        _flow.AssertNothingIsStale();
    }

    [Fact]
    public async Task An_image_that_is_replaced_after_it_was_planned_is_judged_by_the_bytes_that_were_answered()
    {
        var state = await _flow.PrepareAsync(_flow.Images("What?"));
        _flow.Write("a.png", "before it is read");
        await _flow.AnswerAsync(state, int.MaxValue);
        _flow.Write("b.png", "after it was read");
        await _flow.PublishAsync(state);
        Assert.Equal(new PassCounts { Changed = 1, Kept = 3 }, await _flow.RunAsync(_flow.Images("What?")));
        _flow.AssertNothingIsStale();
    }

    [Fact]
    public async Task A_retry_of_all_that_was_cut_off_loses_no_earlier_answer()
    {
        await _flow.RunAsync(_flow.Images("What?"));
        var cut = await _flow.PrepareAsync(_flow.Images("What?"), RetryPolicy.All);
        Assert.Equal(2, await _flow.AnswerAsync(cut, shards: 1));
        Assert.Equal(new PassCounts { Kept = 4 }, await _flow.RunAsync(_flow.Images("What?")));
        Assert.Equal(["a.png", "b.png", "c.png", "d.png"], _flow.AnsweredIds);
    }

    [Fact]
    public async Task Open_ai_lines_keep_their_form()
    {
        const string Line = """{"custom_id":"ID","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"a.png"}}]}]}}""";
        _flow.Write("in.jsonl", Line.Replace("ID", "1", StringComparison.Ordinal));
        await _flow.RunAsync(_flow.Lines());
        var first = Assert.Single(_flow.Answers).ToString();
        _flow.Write("in.jsonl", $"{Line.Replace("ID", "0", StringComparison.Ordinal)}\n{Line.Replace("ID", "1", StringComparison.Ordinal)}");
        Assert.Equal(new PassCounts { New = 1, Kept = 1 }, await _flow.RunAsync(_flow.Lines()));
        Assert.Equal(["0", "1"], _flow.Answers.Select(line => line.GetProperty("custom_id").GetString()!));
        Assert.Equal(first, _flow.Answers[1].ToString());
    }

    [Fact]
    public async Task A_store_of_another_version_is_not_gone_on_with()
    {
        var spec = new BatchSpec { Model = "tiny" };
        _flow.WriteLines("1:a.png");
        await new BatchSubmitter(_flow.Store, TimeProvider.System).SubmitAsync(BatchId.Parse("old"), _flow.Lines(), spec, null, CancellationToken.None);
        Assert.Contains("older", (await Assert.ThrowsAsync<PassFormatException>(() => _flow.PrepareAsync(_flow.Lines()))).Message, StringComparison.Ordinal);
        await _flow.Store.PutAsync("state.json", """{"format":2,"facts":{}}""");
        await Assert.ThrowsAsync<PassFormatException>(() => _flow.PrepareAsync(_flow.Lines()));
    }

    public void Dispose() => _flow.Dispose();
}
