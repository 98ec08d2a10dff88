namespace ResPrune.Cli.Tests.Processes;

/// <summary>A bad row costs itself only, and says why in a closed word.</summary>
public sealed class BadRowTests(BadRows run) : IClassFixture<BadRows>
{
    [Fact]
    public void EverythingElseIsAnsweredAndTheExitCodeSaysThatRowsFailed()
    {
        run.Outcome.Expect(3);
        Assert.Equal(BadRows.GoodIds, run.Place.Results().Select(row => row["id"]!.GetValue<string>()));
        Assert.Equal(13, run.Place.Results().Count + run.Place.Results("errors.jsonl").Count);
        Assert.Contains(Path.Combine(run.Place.Output, "errors.jsonl"), run.Outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedJpegIsUndecodable() => Fails("truncated", "image_undecodable");

    [Fact]
    public void AnEmptyFileIsUndecodable() => Fails("empty", "image_undecodable");

    [Fact]
    public void TextNamedJpgIsUnsupported() => Fails("text", "image_unsupported");

    [Fact]
    public void APngThatClaimsTooManyPixelsIsTooLarge() => Fails("huge", "image_too_large", "60000");

    [Fact]
    public void AMissingFileIsNotFound() => Fails("missing", "image_not_found", "missing.png");

    [Fact]
    public void APathOutOfTheInputFolderIsRefused() => Fails("outside", "image_outside_input", "../outside.png");

    [Fact]
    public void AnUnsupportedFormatIsNamed() => Fails("format", "image_unsupported");

    [Fact]
    public void AnEmptyQuestionIsSaidToBe() => Fails("no-question", "question_empty");

    [Fact]
    public void APromptLongerThanTheContextIsTooLong() => Fails("long", "prompt_too_long");

    [Fact]
    public void ALineThatIsNoJsonKeepsItsId() => Fails("broken", "invalid_json_line");

    [Fact]
    public void ARepeatedIdFailsOnItsLaterLine() => Fails(BadRows.GoodIds[0], "duplicate_id");

    private void Fails(string id, string reason, string words = "")
    {
        var row = Assert.Single(run.Place.Results("errors.jsonl"), row => row["id"]?.GetValue<string>() == id);
        Assert.Equal(reason, row["error"]!["code"]!.GetValue<string>());
        Assert.Contains(words, row["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(reason, run.Outcome.Output, StringComparison.Ordinal);
    }
}
