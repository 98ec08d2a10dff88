using ResPrune.Cli.Benchmarking;

namespace ResPrune.Cli.Tests.Benchmarking;

public sealed class SyntheticPictureTests
{
    [Fact]
    public void SyntheticPicturesAreAllDifferentAndTheSameEveryTime()
    {
        var pictures = SyntheticPictures.Make(3);
        Assert.Equal(3, pictures.Select(picture => Convert.ToHexString(picture.Span)).Distinct().Count());
        Assert.Equal(pictures[2].ToArray(), SyntheticPictures.Make(3)[2].ToArray());
    }
}
